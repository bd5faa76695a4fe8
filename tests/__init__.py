"""Tests mirror the source; everything that touches a database runs on SQLite and on PostgreSQL."""

from tests import by_hand

by_hand.allow()
