"""Which tests one worker runs on end: they look at what is made once for them all, or would be in each other's way.

The marks of pytest-xdist hang a group's name on the id of a test, where this pytest does not look for it: with them
all tests stand alone, and each worker makes every installation, walk and browser anew.
"""

import re
from zlib import crc32

from xdist.scheduler import LoadScopeScheduling

WHOLE = (
    "tests/browser/",
    "tests/security/test_canary.py",
    "tests/test_crash_casting.py",
    "tests/test_wheel.py",
    "tests/test_translations.py",
)
"""While a module of them runs, it alone has the browser of its worker, the machine's memory or the built wheel; or what
it reads all sources for is made once."""
BY_DATABASE = ("tests/security/", "tests/operations/test_verify_archive.py")
OF_DEMO = ("tests/operations/test_hall.py", "tests/operations/test_server.py")
"""They look at the demo, which takes each worker that makes it eight seconds: one makes it for either database."""
SHARED_OUT = ("tests/browser/test_ten_kinds.py", 4)
"""A module of several minutes goes to as many workers, each with a browser of its own."""
DATABASES = re.compile(r"\b(sqlite|postgresql)\b")


def group_of(nodeid: str) -> str:
    """Return the name of a test's group; its own id where it stands alone."""
    module, _, name = nodeid.partition("::")
    if module == SHARED_OUT[0]:
        return f"{module} {crc32(name.encode()) % SHARED_OUT[1]}"
    if module.startswith(WHOLE):
        return module
    kind = DATABASES.search(name.partition("[")[2])
    if kind and module.startswith(OF_DEMO):
        return f"demo {kind[1]}"
    return f"{module} {kind[1]}" if kind and module.startswith(BY_DATABASE) else nodeid


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives a worker one group after the other, the largest first."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
