"""The tree of offices （机构） in which accounts, campaigns and more live; each keeps a register of units."""
