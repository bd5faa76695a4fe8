"""The campaign board of steps."""
