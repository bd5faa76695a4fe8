"""征求意见: remarks and collected opinions merged into issues, N to one."""
