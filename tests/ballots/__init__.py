"""Tests of the box store."""
