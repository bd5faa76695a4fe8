"""The record of the counting as data: what 监票情况报告 prints, with nothing of it told that the report hides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.box.scrutiny import Line, Report


def minutes_of(report: Report) -> Mapping[str, Any]:
    """Return it as plain JSON values; of a line with few ballots what came back is null (SEC-43)."""
    key, opening = report.key, report.opening
    return {
        "round_id": report.round.id,
        "paper": report.digest,
        "root": report.root.hex if report.root else None,
        "signs": report.root.signs if report.root else None,
        "opened_at": _moment(report.round.opened_at),
        "closed_at": _moment(report.round.closed_at),
        "counted_at": _moment(report.round.counted_at),
        "key": {
            "needed": key.needed,
            "holders": [{"name": holder.name, "checked_at": _moment(holder.checked_at)} for holder in key.holders],
            "brought_by": list(report.helpers),
            "destroyed": report.is_key_destroyed,
        },
        "opened_by": opening.opened_by,
        "present": list(opening.present),
        "counted_by": list(report.counted_by),
        "confirmed_by": list(report.confirmed_by),
        "accounts_made_since_the_freeze": list(report.fresh),
        "accounts_made_at_the_machine": list(report.from_machine),
        "second_person": report.paper.two_person,
        "groups": [_line(line) for line in report.lines],
        "shown_together": list(report.together),
        "total": _line(report.total),
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _line(line: Line) -> Mapping[str, Any]:
    known = ("expected", "printed", "voided", "spare", "issued", "handed_back")
    hidden = ("returned", "valid", "invalid", "missing")
    return {
        "name": line.name,
        **{name: getattr(line, name) for name in known},
        **{name: None if line.is_small else getattr(line, name) for name in hidden},
    }
