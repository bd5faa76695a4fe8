"""An action of the ledger as texts, one for each column: page, workbook and Word show the same."""

from datetime import date

from app.rectification.columns import LEDGER_COLUMNS
from app.rectification.ledger import ActionState
from app.rectification.ledger_acts import LedgerRow
from app.rectification.plans import Horizon
from app.rectification.supervision import Mode
from app.rectification.wording import ACTION_STATES, HORIZONS, MODES
from app.web.pages import chinese_day


def cells_of(each: LedgerRow) -> dict[str, str]:
    """Return the texts of an action by column key."""
    row = each.row
    texts = {column.key: str(getattr(row, column.key, "") or "") for column in LEDGER_COLUMNS}
    accepted = f"{row.accepted_by} {_day(row.accepted_on)}" if row.accepted_by else ""
    state = ACTION_STATES[ActionState(row.state)]
    return texts | {
        "number": f"{row.attempt}-{row.position}",
        "horizon": HORIZONS[Horizon(row.horizon)] if row.horizon else "",
        "mode": MODES[Mode(row.mode)] if row.mode else "",
        "due": _day(row.due),
        "progress": _day(row.progress_on),
        "extension": _day(row.extended_to),
        "acceptance": accepted,
        "state": f"{state}（{row.explanation}）" if row.explanation else state,
    }


def _day(day: date | None) -> str:
    return "" if day is None else chinese_day(day)
