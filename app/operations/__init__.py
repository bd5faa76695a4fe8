"""What the command does besides serving: demo, hall, backup, checks. Above every feature, below nothing."""
