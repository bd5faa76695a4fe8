"""What waits for a member of staff: his inbox, and mail that says something lies in it."""
