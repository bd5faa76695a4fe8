"""What handlers ask for: the result as the one who asks may see it, with the note that he did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.core.acting import Principal
from app.core.errors import DomainError
from app.publication.admission import admission, merged_of
from app.publication.domain import Rights, rights_of, unit_of
from app.publication.read_log import note_read
from app.publication.reads import Published, published, published_version, viewer_of
from app.rounds.ports import Merged, ports_of
from app.tally.document import Target, every_target
from app.web.auth import ResultReader
from app.web.requests import Db, Now


@dataclass(frozen=True, slots=True)
class Desk:
    """A member of staff who reads results, in his request."""

    request: Request
    session: Session
    staff: Principal
    now: datetime

    @property
    def may(self) -> Rights:
        """What the reader may do beside reading."""
        return rights_of(self.staff.role)

    def result(self, round_id: str, what: str = "page") -> Published:
        """Return a result in the reader's scope and note that it was read; DomainError ``result_not_published``."""
        found = published(self.session, round_id, viewer_of(self.session, self.staff), self.now)
        note_read(self.request, self.session, self.staff, round_id, what)
        return found

    def admitted(self, round_id: str, what: str = "page") -> Mapping[str, object]:
        """Say which result the reader may see, for a file or picture of it, and note that he read it."""
        found = admission(self.session, round_id, viewer_of(self.session, self.staff), self.now)
        note_read(self.request, self.session, self.staff, round_id, what)
        return found.as_arguments()

    def version(self, round_id: str, version: int) -> Published:
        """Return an earlier version, noted like the newest one; DomainError ``result_not_published``."""
        viewer = viewer_of(self.session, self.staff)
        found = published_version(self.session, round_id, version, viewer, self.now)
        note_read(self.request, self.session, self.staff, round_id, "version")
        return found

    def merged(self, result: Published) -> Merged:
        """Return into which issues opinions were merged, as far as the reader of the result may know."""
        return merged_of(self.session, result, ports_of(self.request).merged)

    def unit(self, round_id: str, unit_id: str, what: str = "page") -> tuple[Published, Target]:
        """Return a result with one of its units; DomainError ``not_found`` for one the reader does not see."""
        found = self.result(round_id, what)
        unit = unit_of(every_target(found.document), unit_id)
        if unit is None:
            raise DomainError("not_found")
        return found, unit


def _desk(request: Request, staff: ResultReader, db: Db, now: Now) -> Desk:
    return Desk(request, db, staff, now)


ReadingDesk = Annotated[Desk, Depends(_desk)]
