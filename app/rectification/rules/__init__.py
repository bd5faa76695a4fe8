"""The pure rules of 补课 and 整改: states, deadlines, completeness, wording."""
