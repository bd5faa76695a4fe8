"""The archive of a round: one package that is read and checked without the product, and what is wiped after it."""
