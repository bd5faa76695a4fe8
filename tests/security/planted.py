"""The service with a planted fault: it opens boxes in the web process, as it must not."""

from app import main as root
from app.__main__ import main
from app.box.conducting import Ticket, conduct
from app.box.openings import Openings
from app.operations.opening_process import opening_room


class OpeningsInPlace(Openings):
    """Opens in a thread of this process."""

    def run(self, round_id: str, job_id: str) -> None:
        """Lead an attempt to its end here."""
        conduct(opening_room(self._place.database, self._place.folder), Ticket(round_id, job_id))


if __name__ == "__main__":
    setattr(root, "Openings", OpeningsInPlace)  # noqa: B010 - a planted fault
    main()
