"""Tests of the life of a round."""
