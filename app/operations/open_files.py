"""How many files a process may hold open: a socket is one."""

import resource
from typing import Final

ENOUGH: Final = 65_536
"""More are not asked for: some systems allow a thousand million, and programs started by us may walk through them."""


def raise_open_files() -> int:
    """Raise the number of open files to what this process is allowed, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft == resource.RLIM_INFINITY or soft >= allowed:
        return allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
