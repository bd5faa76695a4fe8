"""An action of the ledger as texts, one for each column: page, workbook and Word show the same."""

from app.rectification.columns import LEDGER_COLUMNS
from app.rectification.ledger import ActionState
from app.rectification.ledger_acts import LedgerRow
from app.rectification.plans import Horizon
from app.rectification.supervision import Mode
from app.rectification.wording import ACTION_STATES, HORIZONS, MODES


def cells_of(each: LedgerRow) -> dict[str, str]:
    """Return the texts of an action by column key; days as 2026-11-24."""
    row = each.row
    texts = {column.key: str(getattr(row, column.key, "") or "") for column in LEDGER_COLUMNS}
    accepted = f"{row.accepted_by} {row.accepted_on}" if row.accepted_by else ""
    state = ACTION_STATES[ActionState(row.state)]
    return texts | {
        "number": f"{row.attempt}-{row.position}",
        "horizon": HORIZONS[Horizon(row.horizon)] if row.horizon else "",
        "mode": MODES[Mode(row.mode)] if row.mode else "",
        "progress": str(row.progress_on or ""),
        "extension": str(row.extended_to or ""),
        "acceptance": accepted,
        "state": f"{state}（{row.explanation}）" if row.explanation else state,
    }
