"""Append-only, hash-chained record of what staff did; never a voter."""
