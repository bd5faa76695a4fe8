"""Pictures of every screen, for docs and for looking at."""
