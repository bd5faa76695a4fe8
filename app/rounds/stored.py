"""What is stored of all that each form of a round edits, so that an older tab does not undo a newer save."""

from datetime import datetime

from app.core.chinese import chinese_time
from app.rounds.reads import RoundView
from app.rounds.service import RoundDraft
from app.web.stale import Stored, stored


def _time(moment: datetime | None) -> str:
    return chinese_time(moment) if moment else ""


def stored_draft(row: RoundView, form_title: str) -> Stored:
    """Return the settings of a round that is not frozen yet, with its form by the name that the page has for it."""
    lines = [
        ("轮次名称", row.title),
        ("测评表", form_title),
        ("开箱需要几份", str(row.key_needed)),
        ("一共分成几份", str(row.key_holders)),
        *stored_times(row).lines,
        *stored_wifi(row).lines,
    ]
    return stored(lines, [str(getattr(row, name)) for name in RoundDraft.__dataclass_fields__])


def stored_times(row: RoundView) -> Stored:
    """Return when voting is to begin and to end."""
    return stored([("开始时间", _time(row.opens_at)), ("截止时间", _time(row.closes_at))], row.id)


def stored_wifi(row: RoundView) -> Stored:
    """Return the hall's network."""
    return stored([("网络名称", row.wifi_name), ("网络密码", row.wifi_password)], row.id, is_secret=True)
