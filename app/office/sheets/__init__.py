"""Sheets from outside, as they look to whoever made them: Excel new and old, and plain text with commas."""
