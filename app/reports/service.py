"""An organisation's own Word templates: checked before they are kept, forgotten on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.errors import DomainError
from app.publication.models import ReportTemplate
from app.reports.fields import ReportKind


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


def own(session: Session, kind: ReportKind) -> bytes | None:
    """Return the organisation's template, or None where the shipped one is in use."""
    return session.scalars(select(ReportTemplate.content).where(ReportTemplate.kind == kind.value)).first()


def uploads(session: Session) -> Mapping[str, Upload]:
    """Return who replaced which templates, by kind."""
    columns = (ReportTemplate.kind, ReportTemplate.digest, ReportTemplate.uploaded_at, ReportTemplate.uploaded_by)
    return {kind: Upload(digest, at, by) for kind, digest, at, by in session.execute(select(*columns))}


def replace(acting: Acting, kind: ReportKind, content: bytes) -> None:
    """Keep a template, which the workshop has checked, in the place of the shipped one."""
    digest = sha256(content).hexdigest()
    acting.session.merge(
        ReportTemplate(
            kind=kind.value,
            file_name=f"{kind.value}.docx",
            content=content,
            digest=digest,
            uploaded_at=acting.now,
            uploaded_by=acting.actor.name,
        )
    )
    audit.record(acting.session, acting.now, acting.actor, "template.replace", kind.value, digest=digest)


def reset(acting: Acting, kind: ReportKind) -> None:
    """Forget the organisation's template."""
    acting.session.execute(delete(ReportTemplate).where(ReportTemplate.kind == kind.value))
    audit.record(acting.session, acting.now, acting.actor, "template.reset", kind.value)
