"""Tests of app.accounts."""
