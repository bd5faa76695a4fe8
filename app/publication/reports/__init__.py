"""Published results as files: Word reports, letters and the scrutiny report, rendered from the result document."""
