"""An action of the ledger as texts, one a column, in the language of the file; workbook and Word say the same."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from app.office.language import _, day_of, language_of_file, said
from app.rectification.ledger.service import LedgerRow
from app.rectification.rules.columns import LEDGER_COLUMNS
from app.rectification.rules.issues import SOURCES_OF_ACTIONS
from app.rectification.rules.ledger import ActionState, rules_in
from app.rectification.rules.plans import ActionKind, Horizon
from app.rectification.rules.ratings import MEASURED, TYPED, Measured
from app.rectification.rules.signing import Signature, SignedHow
from app.rectification.rules.supervision import Mode
from app.rectification.rules.wording import ACTION_KINDS, ACTION_STATES, HORIZONS, MODES, SIGNED_ON_PAGE
from app.rectification.signing.service import signature_of
from app.reports.language import written_in
from app.web.i18n import LANGUAGES, english
from app.web.letters import Letters

Told = TypeVar("Told")
_WORDED = frozenset({"source", "kind", "horizon", "due"})
_TOLD = tuple(column.key for column in LEDGER_COLUMNS if column.planned and column.key not in _WORDED)

_SOURCES = Letters(SOURCES_OF_ACTIONS.values())


def cells_of(each: LedgerRow) -> dict[str, str]:
    """Return the texts of an action by column key; what people typed is as they typed it."""
    row = each.row
    texts = {key: getattr(row, key) for key in _TOLD}
    state = _(ACTION_STATES[ActionState(row.state)])
    return texts | {
        "number": each.number,
        "source": _SOURCES.told_if_ours(row.source, english(), said) if language_of_file() == "en" else row.source,
        "kind": _(ACTION_KINDS[ActionKind(row.kind)]) if row.kind else "",
        "horizon": _(HORIZONS[Horizon(row.horizon)]) if row.horizon else "",
        "due": _day(row.due),
        "mode": _(MODES[Mode(row.mode)]) if row.mode else "",
        "progress": _("%(label)s：%(text)s", label=_day(row.progress_on), text=row.progress) if row.progress_on else "",
        "extension": _("延期至%(day)s", day=_day(row.extended_to)) if row.extended_to else "",
        "completion": row.completion,
        "rules_made": row.rules_made,
        "rules_count": str(len(rules_in(row.rules_made)) or ""),
        "signed": signature_words(signature_of(row)),
        "acceptance": f"{row.accepted_by} {_day(row.accepted_on)}" if row.accepted_by else "",
        "public_rating": rating_words(each),
        "rating_source": rating_source(each.rating, row.public_rating),
        "state": _("%(text)s（%(code)s）", text=state, code=row.explanation) if row.explanation else state,
    }


def in_both_languages(
    make: Callable[[LedgerRow], Told], each: LedgerRow, names: Mapping[str, str]
) -> Iterator[Told]:  # fmt: skip
    """Yield what is made of an action as a Chinese and as an English file have it, with its campaign's names."""
    for language in LANGUAGES:
        with written_in(language, names):
            yield make(each)


def unit_words(each: LedgerRow) -> str:
    """Return the unit of an action."""
    return said(each.plan.unit_name)


def rating_words(each: LedgerRow) -> str:
    """Return 群众评价 of an action: what a vote says, or what was typed."""
    return said(each.rating.words) if each.rating else each.row.public_rating


def rating_source(measured: Measured | None, typed: str) -> str:
    """Say where 群众评价 comes from; empty where there is none."""
    if measured is not None:
        return _(MEASURED, title=said(measured.title))
    return _(TYPED) if typed else ""


def signature_words(signature: Signature) -> str:
    """Say who signed off and when; empty while nobody has."""
    if not signature.is_given:
        return ""
    who = signature.by.name if signature.how is SignedHow.OWN else _(SIGNED_ON_PAGE)
    return f"{who} {day_of(signature.on)}" if signature.on else who


def _day(value: date | None) -> str:
    return day_of(value) if value else ""
