"""Tests that cut across the features: what is stored, who may ask, what leaks."""
