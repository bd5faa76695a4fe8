"""Tests of 补课: orders, plans, ledger, supervision and board."""
