"""Pure statistics: stacks to counts, figures, verdicts and disclosure control."""
