"""The service with a planted fault: it opens boxes in the web process, as it must not.

It also keeps every ballot and secret that it has read, and the key: what is let go of is overwritten in part, and how
much is left is chance.
"""

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app import main as root
from app.__main__ import main
from app.box import conducting, opening
from app.box.conducting import Ticket, conduct
from app.box.envelope import Ballot, decode
from app.box.openings import Openings
from app.box.unlocking import Table, unlock
from app.core.key_folder import KeyFolder
from app.operations.opening_room import opening_room
from app.rounds.domain import Paper

KEPT: list[object] = []


class OpeningsInPlace(Openings):
    """Opens in a thread of this process."""

    def run(self, round_id: str, job_id: str) -> None:
        """Lead an attempt to its end here."""
        conduct(opening_room(self._place.database, self._place.folder), Ticket(round_id, job_id))


def keep(paper: Paper, digest: str, plaintext: bytes) -> Ballot:
    """Read a ballot and keep it."""
    ballot = decode(paper, digest, plaintext)
    KEPT.append(ballot)
    return ballot


def keep_key(table: Table, folder: KeyFolder) -> X25519PrivateKey:
    """Unlock the private key, and keep it and the secrets that did so."""
    key = unlock(table, folder)
    KEPT.extend([key, table])
    return key


if __name__ == "__main__":
    setattr(opening, "decode", keep)  # noqa: B010 - a planted fault
    setattr(conducting, "unlock", keep_key)  # noqa: B010 - a planted fault
    setattr(root, "Openings", OpeningsInPlace)  # noqa: B010 - a planted fault
    main()
