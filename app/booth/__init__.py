"""The anonymous phone pages. Knows nothing of staff, sessions or cookies."""
