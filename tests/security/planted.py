"""The service with a planted fault: it opens boxes in the web process, as it must not.

It also keeps every ballot that it has read: what is let go of is overwritten in part, and how much is left is chance.
"""

from app import main as root
from app.__main__ import main
from app.box import opening
from app.box.conducting import Ticket, conduct
from app.box.envelope import Ballot, decode
from app.box.openings import Openings
from app.operations.opening_room import opening_room
from app.rounds.domain import Paper

KEPT: list[Ballot] = []


class OpeningsInPlace(Openings):
    """Opens in a thread of this process."""

    def run(self, round_id: str, job_id: str) -> None:
        """Lead an attempt to its end here."""
        conduct(opening_room(self._place.database, self._place.folder), Ticket(round_id, job_id))


def keep(paper: Paper, digest: str, plaintext: bytes) -> Ballot:
    """Read a ballot and keep it."""
    KEPT.append(decode(paper, digest, plaintext))
    return KEPT[-1]


if __name__ == "__main__":
    setattr(opening, "decode", keep)  # noqa: B010 - a planted fault
    setattr(root, "Openings", OpeningsInPlace)  # noqa: B010 - a planted fault
    main()
