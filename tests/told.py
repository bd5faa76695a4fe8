"""A program that tells of its surroundings, reads until its input ends, and ends with 3."""

import json
import os
import sys
import threading
import warnings
from pathlib import Path

CATEGORIES = (ResourceWarning, DeprecationWarning, UserWarning)


def is_told(category: type[Warning]) -> bool:
    """Whether a warning of this kind is written anywhere."""
    with warnings.catch_warnings(record=True) as told:
        warnings.warn("of a library", category, stacklevel=3)
    return bool(told)


def main() -> None:
    """Tell what a program can see of how it was started."""
    said = sys.stdin.read()
    found = {
        "pid": os.getpid(),
        "parent": os.getppid(),
        "argv": sys.argv[1:],
        "environment": {name: value for name, value in os.environ.items() if name != "LC_CTYPE"},
        "folder": str(Path.cwd()),
        "said": said,
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "name": __name__,
        "warned of": [category.__name__ for category in CATEGORIES if is_told(category)],
    }
    print(json.dumps(found))  # noqa: T201 - the answer
    sys.exit(3)


if __name__ == "__main__":
    main()
