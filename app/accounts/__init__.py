"""Staff, their roles and their log-in sessions."""
