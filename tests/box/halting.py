"""The opening process with a planted end: it kills itself right before or after a step named by ``HALT_AT``."""

import os
import signal
from collections.abc import Callable
from types import ModuleType
from typing import Any

from app.ballots import service as boxes
from app.box import conducting, opening
from app.operations import opening_process
from app.publication import freezing

BEFORE, AFTER = "before", "after"
STEPS: dict[str, tuple[ModuleType, str, str]] = {
    "started": (conducting, "_present", BEFORE),
    "key shown": (conducting, "_present", AFTER),
    "shares fetched": (conducting, "_gather", AFTER),
    "unlocked": (conducting, "unlock", AFTER),
    "tags checked": (opening, "check_tags", AFTER),
    "first one opened": (opening, "_open_one", AFTER),
    "decrypted": (opening, "shred", AFTER),
    "result worked out": (opening, "_swap", BEFORE),
    "stacks written": (opening, "_store", AFTER),
    "result written": (freezing, "store_version", AFTER),
    "last word in the transaction": (conducting, "locked", AFTER),
    "committed": (opening, "tidy", BEFORE),
    "box destroyed": (boxes, "destroy", AFTER),
    "key part destroyed": (opening, "tidy", AFTER),
}
DECIDED = ("committed", "box destroyed", "key part destroyed")
"""Steps after which the stacks stand."""


def halting(act: Callable[..., Any], when: str) -> Callable[..., Any]:
    """Return the act with a ``kill -9`` of this process before or after it."""

    def halted(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - whatever the step takes
        if when == AFTER:
            act(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return halted


def main() -> None:
    """Open one box as far as that."""
    module, name, when = STEPS[os.environ["HALT_AT"]]
    setattr(module, name, halting(getattr(module, name), when))
    opening_process.main()


if __name__ == "__main__":
    main()
