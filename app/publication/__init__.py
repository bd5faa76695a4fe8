"""Frozen result documents, the scope they are published in, and the pages and files that render them."""
