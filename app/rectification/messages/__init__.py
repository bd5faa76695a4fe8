"""What is told to whom of 补课 and 整改."""
