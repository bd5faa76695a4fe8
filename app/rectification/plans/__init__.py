"""整改方案 (四明确一承诺): filling in, submitting, settling."""
