"""Tests of app.campaigns."""
