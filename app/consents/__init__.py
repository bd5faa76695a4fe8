"""Consents: acts that are asked for by one person and done only when another agrees."""
