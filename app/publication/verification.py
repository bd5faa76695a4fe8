"""Whether the verification code in a report's footer is genuine and current; nothing else is told."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.publication.models import ResultVersion
from app.publication.reads import ledger_of, versions_of
from app.slips.codes import parse_code


class Answer(StrEnum):
    """What a code is. A result that was never released has no reports, so its code is as unknown as any other."""

    CURRENT = "current"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


def check(session: Session, typed: str, now: datetime) -> Answer:
    """Look a code up, written with or without dashes, in small letters or large."""
    try:
        code = parse_code(typed)
    except DomainError:
        return Answer.UNKNOWN
    found = session.execute(
        select(ResultVersion.round_id, ResultVersion.version).where(ResultVersion.code == code)
    ).one_or_none()
    if found is None:
        return Answer.UNKNOWN
    ledger = [release for release in ledger_of(session, found.round_id) if release.version == found.version]
    if not ledger:
        return Answer.UNKNOWN
    if versions_of(session, found.round_id)[-1].version != found.version:
        return Answer.REPLACED
    return Answer.CURRENT if any(release.is_active(now) for release in ledger) else Answer.WITHDRAWN
