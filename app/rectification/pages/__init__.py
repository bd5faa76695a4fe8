"""The pages of 补课 and 整改."""
