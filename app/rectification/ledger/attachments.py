"""Files that prove what was reported: checked by their content, kept in the data folder, sent only as downloads."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.durable import sync
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.office.uploads import KINDS, checked_suffix, clean_name
from app.rectification.models import Attachment, PlanPage
from app.web.forms import Upload

MOST_FILES = 20
FOLDER = "attachments"
UNDER_WAY = timedelta(hours=1)


def files_of(session: Session, action_id: str) -> Sequence[Attachment]:
    """Return the attachments of an action, oldest first."""
    rows = select(Attachment).where(Attachment.action_id == action_id)
    return session.scalars(rows.order_by(Attachment.uploaded_at, Attachment.id)).all()


def attach(acting: Acting, data: Path, place: tuple[str, str], upload: Upload | None) -> None:
    """Keep a file with an entry: ``place`` = (action id, entry id). Type and size are checked, by the content."""
    if upload is None:
        raise DomainError("file_missing")
    action_id, entry_id = place
    count = select(func.count()).select_from(Attachment).where(Attachment.action_id == action_id)
    if acting.session.scalars(count).one() >= MOST_FILES:
        raise DomainError("attachments_too_many", limit=MOST_FILES)
    row = Attachment(action_id=action_id, entry_id=entry_id, **_described(acting, upload))
    _keep(acting.session, data, row, upload)
    audit.record(acting.session, acting.now, acting.actor, "action.attach", action_id, file=row.digest)


def attach_page(acting: Acting, data: Path, plan_id: str, upload: Upload) -> str:
    """Keep the scanned page on which a plan was signed, checked by its content; return its SHA-256 in hex digits."""
    row = PlanPage(plan_id=plan_id, **_described(acting, upload))
    _keep(acting.session, data, row, upload)
    return row.digest


def _described(acting: Acting, upload: Upload) -> dict[str, Any]:
    """Return what is known of a file; DomainError where its content is not what its name says."""
    suffix = checked_suffix(upload.name, upload.content)
    return {
        "id": new_id(),
        "name": clean_name(upload.name, suffix),
        "media_type": KINDS[suffix],
        "size": len(upload.content),
        "digest": sha256(upload.content).hexdigest(),
        "uploaded_at": acting.now,
        "uploaded_by": acting.actor.name,
    }


def _keep(session: Session, data: Path, row: Attachment | PlanPage, upload: Upload) -> None:
    session.add(row)
    session.flush()
    _write(data, row.id, upload.content)


def read_page(session: Session, data: Path, plan_id: str) -> tuple[str, bytes]:
    """Return name and content of the newest signed page of a plan; DomainError as ``read``."""
    rows = select(PlanPage).where(PlanPage.plan_id == plan_id).order_by(PlanPage.uploaded_at.desc(), PlanPage.id)
    row = session.scalars(rows).first()
    if row is None:
        raise DomainError("not_found")
    return _kept(data, row)


def _write(data: Path, file_id: str, content: bytes) -> None:
    """Write durably before the row is committed: a row never points to a file that is not there."""
    folder = data / FOLDER
    place = folder / file_id
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for changed in (folder, data):
            sync(changed)
    except OSError:
        with suppress(OSError):
            place.unlink()
        raise DomainError("attachment_not_stored") from None


def sweep(session: Session, data: Path, now: datetime) -> int:
    """Delete files whose row was never committed, once no request can still be writing it; return how many."""
    if not (data / FOLDER).is_dir():
        return 0
    known = {*session.scalars(select(Attachment.id)), *session.scalars(select(PlanPage.id))}
    before = (now - UNDER_WAY).timestamp()
    left = [file for file in (data / FOLDER).iterdir() if file.name not in known and file.stat().st_mtime < before]
    for file in left:
        file.unlink()
    return len(left)


def read(session: Session, data: Path, action_id: str, file_id: str) -> tuple[str, bytes]:
    """Return name and content of an attachment; DomainError ``not_found``, or ``attachment_damaged``."""
    row = session.get(Attachment, file_id)
    if row is None or row.action_id != action_id:
        raise DomainError("not_found")
    return _kept(data, row)


def _kept(data: Path, row: Attachment | PlanPage) -> tuple[str, bytes]:
    try:
        content = (data / FOLDER / row.id).read_bytes()
    except OSError:
        raise DomainError("attachment_damaged") from None
    if sha256(content).hexdigest() != row.digest:
        raise DomainError("attachment_damaged")
    return row.name, content
