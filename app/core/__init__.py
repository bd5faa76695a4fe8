"""Settings, database, clock, secrets and errors. Imports nothing else of app."""
