"""Tests mirror the source; everything that touches a database runs on SQLite and on PostgreSQL."""
