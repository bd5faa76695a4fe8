"""The process that plays an example: ``python -m app.operations.example_process``, started by ``rounds.players``.

It reads where to work from its standard input, one line of JSON, and ends when that is closed. It holds the codes and
the only key share of a rehearsal for as long as that takes; nobody else ever has them.
"""

import json
import os
import sys

from app.core.child import die_with_parent, hide_memory, reason_of
from app.core.memory import begin_start, keep_what_is_made

NICENESS = 10


def main() -> int:
    """Play one example; return 0, or 1 where it failed, with the reason as the last line of the standard error."""
    try:
        _play()
    except Exception as error:  # noqa: BLE001 - whatever it was, its kind and place are told, and no value of it
        sys.stderr.write(f"{reason_of(error)}\n")
        return 1
    return 0


def _play() -> None:
    hide_memory()
    os.nice(NICENESS)
    order = json.loads(sys.stdin.buffer.readline())
    die_with_parent(sys.stdin.fileno())
    begin_start()
    from app.operations.example_room import play_one  # noqa: PLC0415 - after what makes its loading quick

    keep_what_is_made()
    play_one(order)


if __name__ == "__main__":
    sys.exit(main())
