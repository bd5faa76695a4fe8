"""What the pages of a vote are for, done without them: slips and keys before it, the opening of its box after it.

``test_meeting`` walks these pages, ``test_three_people`` and one of ``test_ten_kinds`` too; they are the same for every
vote.
"""

from app.audit.service import SYSTEM
from app.box.openings import Place
from app.core.acting import Acting
from app.core.clock import utc_now
from app.operations.meeting import Meeting, open_box
from tests import cast
from tests.browser.conftest import Installation


def prepare(installation: Installation, round_id: str) -> tuple[list[str], list[str]]:
    """Return the codes of the slips and the signs of the holders' key slips."""
    with installation.database.writing() as session:
        shares, codes_of = cast.prepare(Acting(session, utc_now(), SYSTEM), installation.key_folder, round_id)
    return [code for codes in codes_of.values() for code in codes], shares


def open_it(installation: Installation, round_id: str, shares: list[str]) -> None:
    place = Place(installation.database, installation.key_folder, utc_now, None)
    open_box(place, Meeting("", round_id, [], shares))
