"""What handlers of results ask for: the result as the one who asks may see it, with the note that he did."""

from collections.abc import Mapping

from app.core.errors import DomainError
from app.publication.admission import admission, merged_of
from app.publication.composite_rows import Composites
from app.publication.composites import composites_beside
from app.publication.domain import unit_of
from app.publication.editions import Published
from app.publication.previous import previous_behind, rounds_of
from app.publication.read_log import note_read, note_with_last
from app.publication.reads import published, published_version, viewer_of
from app.publication.spoken import spoken
from app.rounds.ports import Merged, ports_of
from app.tally.document import Target, every_target
from app.web.desk import Desk


def result_of(desk: Desk, round_id: str, what: str = "page") -> Published:
    """Return a result in the reader's scope and note that it was read; DomainError ``result_not_published``."""
    found = published(desk.session, round_id, viewer_of(desk.session, desk.staff), desk.now)
    note_read(desk, desk.staff, round_id, what)
    return found


def admitted_of(desk: Desk, round_id: str, what: str = "page") -> Mapping[str, object]:
    """Say which result the reader may see, for a file or picture of it, and note that he read it."""
    found = admission(desk.session, round_id, viewer_of(desk.session, desk.staff), desk.now)
    note_read(desk, desk.staff, round_id, what)
    return found.as_arguments()


def admitted_back(desk: Desk, round_id: str, what: str) -> Mapping[str, object]:
    """Say it for a file that tells of last time as well, and note that those results are read too."""
    viewer = viewer_of(desk.session, desk.staff)
    found = admission(desk.session, round_id, viewer, desk.now, looks_back=True)
    told: list[str] = []
    if found.behind:
        # Papers alone do not say it: of results that do not agree nothing is told, but of an older one.
        result = published(desk.session, round_id, viewer, desk.now)
        told = rounds_of(previous_behind(desk.session, found.behind, result))
    note_with_last(desk, desk.staff, (round_id, what), told)
    return found.as_arguments()


def version_of(desk: Desk, round_id: str, version: int) -> Published:
    """Return an earlier version, noted like the newest one; DomainError ``result_not_published``."""
    viewer = viewer_of(desk.session, desk.staff)
    found = published_version(desk.session, round_id, version, viewer, desk.now)
    note_read(desk, desk.staff, round_id, "version")
    return found


def composites_seen(desk: Desk, result: Published) -> Composites | None:
    """Return what stands beside the votes of a result, out of what its reader may see of it and of other rounds.

    Of the result as it is stored: rules know their words in no other language.
    """
    return composites_beside(desk.session, result, viewer_of(desk.session, desk.staff), desk.now)


def merged_in(desk: Desk, result: Published) -> Merged:
    """Return into which issues opinions were merged, as far as the reader of the result may know."""
    return merged_of(desk.session, result, ports_of(desk.request).merged)


def result_and_unit(desk: Desk, round_id: str, unit_id: str, what: str = "page") -> tuple[Published, Target]:
    """Return a result, of which the section alone, with one of its units; DomainError ``not_found`` for another."""
    return unit_in(desk, result_of(desk, round_id, what), unit_id)


def unit_in(desk: Desk, stored: Published, unit_id: str) -> tuple[Published, Target]:
    """Return a result as its reader is shown it, the section of a unit alone, with the unit; as above."""
    found = spoken(desk, stored).around(unit_id)
    unit = unit_of(every_target(found.document), unit_id)
    if unit is None:
        raise DomainError("not_found")
    return found, unit
