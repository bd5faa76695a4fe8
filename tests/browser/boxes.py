"""What phones have put into the box of a running installation."""

from app.box.envelope import Ballot, decode
from app.box.seal import envelope_info, unseal
from app.box.shares import combine
from tests.ballots.stores import sealed_in
from tests.browser.conftest import Installation
from tests.factories import OpenRound


def in_the_box(installation: Installation, place: OpenRound) -> list[tuple[bytes, Ballot]]:
    """Return ids and ballots, as the key-holders would see them."""
    key = combine(place.shares[:2], installation.key_folder.read_part(place.id), place.id)
    found = sealed_in(installation.database, place.id)
    infos = [envelope_info(place.id, place.paper_hash, one.group_id) for one in found]
    texts = [unseal(key, info, one.sealed) for info, one in zip(infos, found, strict=True)]
    return [(one.id, decode(place.paper, place.paper_hash, text)) for one, text in zip(found, texts, strict=True)]
