"""An organisation's own Word templates: checked before they are kept, forgotten on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.scope import Columns, everywhere
from app.offices.reads import way_up
from app.publication.models import ReportTemplate
from app.reports.fields import ReportKind
from app.rounds.reads import office_of_round


@dataclass(frozen=True, slots=True)
class Upload:
    """Who put which template in, and when."""

    digest: str
    uploaded_at: datetime
    uploaded_by: str


def kind_of(text: str) -> ReportKind:
    """Return the kind of report; DomainError ``not_found``."""
    if text not in set(ReportKind):
        raise DomainError("not_found")
    return ReportKind(text)


def own(session: Session, kind: ReportKind, office_id: str) -> bytes | None:
    """Return the template of an office, or of the nearest above it that has one; None where the shipped one is used."""
    columns = (ReportTemplate.office_id, ReportTemplate.content)
    found = {row.office_id: row.content for row in session.execute(_of_kind(select(*columns), kind))}
    return next((found[each] for each in way_up(session, office_id) if each in found), None)


def own_of_round(session: Session, kind: ReportKind, round_id: str) -> bytes | None:
    """Return the template that reports of a round are made from, as ``own``."""
    return own(session, kind, office_of_round(session, round_id))


def _of_kind(query: Select[*Columns], kind: ReportKind) -> Select[*Columns]:
    return everywhere(query.where(ReportTemplate.kind == kind.value))


def uploads(session: Session, office_id: str) -> Mapping[str, Upload]:
    """Return who replaced which templates of an office, by kind."""
    columns = (ReportTemplate.kind, ReportTemplate.digest, ReportTemplate.uploaded_at, ReportTemplate.uploaded_by)
    of_office = select(*columns).where(ReportTemplate.office_id == office_id)
    return {kind: Upload(digest, at, by) for kind, digest, at, by in session.execute(of_office)}


def replace(acting: Acting, kind: ReportKind, content: bytes) -> None:
    """Keep a template, which the workshop has checked, in the place of the shipped one, for the actor's office."""
    digest = sha256(content).hexdigest()
    acting.session.merge(
        ReportTemplate(
            kind=kind.value,
            office_id=acting.actor.office_id,
            file_name=f"{kind.value}.docx",
            content=content,
            digest=digest,
            uploaded_at=acting.now,
            uploaded_by=acting.actor.name,
        )
    )
    audit.record(acting.session, acting.now, acting.actor, "template.replace", kind.value, digest=digest)


def reset(acting: Acting, kind: ReportKind) -> None:
    """Forget the template of the actor's office."""
    of_office = ReportTemplate.office_id == acting.actor.office_id
    acting.session.execute(delete(ReportTemplate).where(ReportTemplate.kind == kind.value, of_office))
    audit.record(acting.session, acting.now, acting.actor, "template.reset", kind.value)
