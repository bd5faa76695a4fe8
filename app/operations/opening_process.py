"""The process that lives for one opening: ``python -m app.operations.opening_process``, started by ``box.openings``.

It reads where to work from its standard input, one line of JSON, and ends when that is closed. It answers nothing:
all it has to say it writes into the desk, and whole ballots lie in its memory alone (SEC-73).
"""

from app.core.child import hide_memory
from app.core.memory import begin_start, keep_what_is_made


def main() -> None:
    """Open one box."""
    hide_memory()
    begin_start()
    from app.operations.opening_room import open_one  # noqa: PLC0415 - after what makes its loading quick

    keep_what_is_made()
    open_one()


if __name__ == "__main__":
    main()
