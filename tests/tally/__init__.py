"""Tests of app.tally."""
