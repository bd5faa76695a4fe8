"""Tests of the pure drawing."""
