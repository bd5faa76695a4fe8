"""An action of the ledger as texts, one for each column: page, workbook and Word show the same."""

from datetime import date

from app.core.chinese import chinese_day
from app.rectification.ledger.service import LedgerRow
from app.rectification.rules.columns import LEDGER_COLUMNS
from app.rectification.rules.ledger import ActionState, rules_in
from app.rectification.rules.plans import ActionKind, Horizon
from app.rectification.rules.ratings import rating_source
from app.rectification.rules.supervision import Mode
from app.rectification.rules.wording import ACTION_KINDS, ACTION_STATES, HORIZONS, MODES, signature_words
from app.rectification.signing.service import signature_of

_WORDED = frozenset({"kind", "horizon", "due"})
_TOLD = tuple(column.key for column in LEDGER_COLUMNS if column.planned and column.key not in _WORDED)


def cells_of(each: LedgerRow) -> dict[str, str]:
    """Return the texts of an action by column key; days as 2026年11月24日."""
    row = each.row
    texts = {key: getattr(row, key) for key in _TOLD}
    state = ACTION_STATES[ActionState(row.state)]
    return texts | {
        "number": each.number,
        "kind": ACTION_KINDS[ActionKind(row.kind)] if row.kind else "",
        "horizon": HORIZONS[Horizon(row.horizon)] if row.horizon else "",
        "due": _day(row.due),
        "mode": MODES[Mode(row.mode)] if row.mode else "",
        "progress": f"{_day(row.progress_on)}：{row.progress}" if row.progress_on else "",
        "extension": f"延期至{_day(row.extended_to)}" if row.extended_to else "",
        "completion": row.completion,
        "rules_made": row.rules_made,
        "rules_count": str(len(rules_in(row.rules_made)) or ""),
        "signed": signature_words(signature_of(row)),
        "acceptance": f"{row.accepted_by} {_day(row.accepted_on)}" if row.accepted_by else "",
        "public_rating": each.rating.words if each.rating else row.public_rating,
        "rating_source": rating_source(each.rating, row.public_rating),
        "state": f"{state}（{row.explanation}）" if row.explanation else state,
    }


def _day(value: date | None) -> str:
    return chinese_day(value) if value else ""
