"""The public receipts of a closed round: the list, the way from one receipt to the root, the signed file."""
