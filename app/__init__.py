"""manyidu （满意度测评）： a paper ballot moved to phones; see docs/architecture.md for the picture."""
