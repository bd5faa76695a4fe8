"""What is told to whom: inbox and mail."""
