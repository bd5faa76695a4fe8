"""通知书, 通报, 总结报告 and 简报, filled from data."""
