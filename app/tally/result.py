"""The result document: plain JSON, already disclosed; pages, charts and files render this and nothing else.

    {"version": 1,
     "round": {"id", "organisation", "campaign", "title", "form_title", "rehearsal", "k", "remark_k"},
     "scale": {"key", "grades": [{"label", "score", "positive"}], "unknown": str|null, "abstain": str|null},
     "formula": {"text", "top", "denominator", "lines": {"attention", "remedial", "dissatisfied"},
                 "weights": [{"id", "name", "text"}]},
     "chain": {"status": "valid"|"warning"|"invalid", "warnings": [Note],
               "total": ChainRow, "groups": [ChainRow and "id", "name"]},
     "summary": {"met", "attention", "remedial", "too_few", "invalid"},      numbers of units
     "units": [Unit], "notes": [Note]}

Unit: {"id", "name", "position" （from 1, 机构序列）， "verdict": {"code", "label", "reasons": [Note]},
       "band": {"code", "label"}|null, "overall": {"key": str|null (null: all items pooled), "label", Total...},
       "items": [{"key", "label", "overall", Total...}],
       "remarks": {"shown", "count": int|null, "texts": [str]}, "notes": [Note]}
Total...: "total": Cell, "groups": [{"id", "name", "cell": Cell}], "groups_text": why ``groups`` is empty, else "".
Cell: {"shown": false, "text"} or {"shown": true, "view": "exact"|"coarse"|"banded",
       "valid": Count, "answered": Count, "satisfied_rate": Rate, "positive_rate": Rate, "dissatisfied_rate": Rate,
       "mean_score": Rate|null (null where banded; its tenths are always null),
       "unknown": Other|null, "abstain": Other|null (null: the scale has none),
       "distribution": [{"label", "count": int|null, "share": Rate}]}
    The distribution holds the grades only, best first; its shares add to exactly 1000 tenths. It is empty where banded
    and for voter groups with fewer than 30 valid answers. Counts are null unless exact, and with weights.
Count: {"text", "count": int|null}; a size band such as "20–29" has no count.
Rate: {"text", "tenths": int|null}; tenths of a percent, null for a band such as "≥90%".
Other: {"label", "count": int|null, "rate": Rate|null}.
ChainRow: {"shown", "expected", "printed", "voided", "spare", "issued"} and, only if shown, {"returned", "valid",
       "invalid", "blank", "handed_back", "missing", "return_rate": Rate|null}.
Note: {"code", "text"}.
"""

import hashlib
import json
from collections.abc import Mapping

from app.campaigns.domain import K_FLOOR
from app.core.errors import DomainError
from app.rounds.domain import Paper
from app.tally.assess import Outcome, Round, UnitOutcome, assess_unit, prepare
from app.tally.cell import Json, breakdown_json, labels_of, rate_json, total_json
from app.tally.chain import Chain, GroupChain
from app.tally.counting import count_round
from app.tally.disclosure import Hidden, View, is_near_uniform, open_remarks, rate_figure
from app.tally.figures import Marks
from app.tally.verdict import ReturnState, Verdict, band_of
from app.tally.wording import (
    BANDS,
    UNIFORM_TEXT,
    VERDICTS,
    formula_text,
    line_text,
    low_return_text,
    reason_text,
    unknown_text,
)

_PERCENT = 100
_WITHOUT_BAND = {Verdict.TOO_FEW, Verdict.INVALID}


def result_document(
    paper: Paper,
    stacks: Mapping[tuple[str, str], bytes],
    chain: Chain,
    remarks: Mapping[str, tuple[str, ...]],
) -> Json:
    """Count, judge and disclose a round; ``stacks`` by (unit id, group id), ``remarks`` by unit id.

    Raises ``DomainError``: ``more_returned_than_issued``, ``stack_damaged``, ``stack_foreign`` or, where the box and
    the counting chain disagree, ``stack_count_differs``.
    """
    if chain.must_void:
        raise DomainError("more_returned_than_issued")
    counted = count_round(paper, stacks)
    for tables in (table for items in counted.values() for table in items):
        if any(table.answered != chain.group(group).valid for group, table in tables.items()):
            raise DomainError("stack_count_differs")
    here = prepare(paper, chain)
    outcomes = {unit.id: assess_unit(here, counted[unit.id]) for unit in paper.units}
    return {
        "version": 1,
        "round": _round_json(paper),
        "scale": _scale_json(paper),
        "formula": _formula_json(paper),
        "chain": _chain_json(here),
        "summary": {
            verdict.value: sum(outcome.ruling.verdict is verdict for outcome in outcomes.values())
            for verdict in Verdict
        },
        "units": [
            _unit_json(here, place, outcomes[unit.id], remarks.get(unit.id, ()))
            for place, unit in enumerate(paper.units)
        ],
        "notes": _round_notes(outcomes),
    }


def canonical_json(document: Json) -> str:
    """Write a document down the one way; its digest and every stored copy are made from this text."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def document_digest(document: Json) -> str:
    """SHA-256 of the canonical JSON, as 64 hex signs."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def _round_json(paper: Paper) -> Json:
    return {
        "id": paper.round_id,
        "organisation": paper.organisation,
        "campaign": paper.campaign,
        "title": paper.title,
        "form_title": paper.form_title,
        "rehearsal": paper.rehearsal,
        "k": paper.scheme.k,
        "remark_k": paper.scheme.remark_k,
    }


def _scale_json(paper: Paper) -> Json:
    scale = paper.scheme.scale
    return {
        "key": scale.key,
        "grades": [{"label": grade.label, "score": grade.score, "positive": grade.positive} for grade in scale.grades],
        "unknown": scale.unknown,
        "abstain": scale.abstain,
    }


def _formula_json(paper: Paper) -> Json:
    scheme = paper.scheme
    return {
        "text": formula_text(scheme),
        "top": scheme.formula.top,
        "denominator": scheme.formula.denominator.value,
        "lines": {
            "attention": line_text(scheme.lines.attention),
            "remedial": line_text(scheme.lines.remedial),
            "dissatisfied": line_text(scheme.lines.dissatisfied),
        },
        "weights": [
            {"id": group.id, "name": group.name, "text": line_text(scheme.weights[group.id] / _PERCENT)}
            for group in paper.groups
            if group.id in scheme.weights
        ],
    }


def _chain_json(here: Round) -> Json:
    """Write the chain over all groups and of each; what came back from an unseen group appears nowhere."""
    total = here.chain.total
    rows: list[Json] = []
    for group in here.paper.groups:
        row = _chain_row(here, here.chain.group(group.id), shown=group.id not in here.rules.unseen)
        rows.append({"id": group.id, "name": group.name, **row})
    warnings: list[Json] = []
    if here.returns is not ReturnState.VALID:
        invalid = here.returns is ReturnState.INVALID
        text = low_return_text(here.paper.scheme, invalid=invalid)
        warnings.append({"code": "return_invalid" if invalid else "return_low", "text": text})
    shown = total.valid >= max(here.paper.scheme.k, K_FLOOR)
    return {
        "status": here.returns.value,
        "warnings": warnings,
        "total": _chain_row(here, total, shown=shown),
        "groups": rows,
    }


def _chain_row(here: Round, chain: GroupChain, *, shown: bool) -> Json:
    row: Json = {
        "shown": shown,
        "expected": chain.expected,
        "printed": chain.printed,
        "voided": chain.voided,
        "spare": chain.spare,
        "issued": chain.issued,
    }
    if not shown or chain.return_rate is None:
        return row
    gates, k = here.paper.scheme.gates, here.paper.scheme.k
    marks = Marks(floors=(gates.return_valid, gates.return_warning))
    rate = rate_figure(chain.return_rate, chain.returned, View.EXACT, k, marks)
    return row | {
        "returned": chain.returned,
        "valid": chain.valid,
        "invalid": chain.invalid,
        "blank": chain.blank,
        "handed_back": chain.handed_back,
        "missing": chain.missing,
        "return_rate": rate_json(rate),
    }


def _unit_json(here: Round, place: int, outcome: UnitOutcome, remarks: tuple[str, ...]) -> Json:
    paper = here.paper
    grades = tuple(grade.label for grade in paper.scheme.scale.grades)
    overall = next((item for item in paper.items if item.overall), None)
    labels = grades if overall is None else labels_of(overall, paper.scheme)
    return {
        "id": paper.units[place].id,
        "name": paper.units[place].name,
        "position": place + 1,
        "verdict": _verdict_json(here, outcome),
        "band": _band_json(outcome),
        "overall": {
            "key": None if overall is None else overall.key,
            "label": "各项合计" if overall is None else overall.label,
            **_outcome_json(here, outcome.overall, labels),
        },
        "items": [
            {
                "key": item.key,
                "label": item.label,
                "overall": item.overall,
                **_outcome_json(here, part, labels_of(item, paper.scheme)),
            }
            for item, part in zip(paper.items, outcome.items, strict=True)
        ],
        "remarks": _remarks_json(paper, remarks),
        "notes": _unit_notes(here, outcome.overall),
    }


def _outcome_json(here: Round, outcome: Outcome, labels: tuple[str, ...]) -> Json:
    total = total_json(outcome, labels, here.paper.scheme)
    return {"total": total, **breakdown_json(outcome, labels, here.paper)}


def _verdict_json(here: Round, outcome: UnitOutcome) -> Json:
    ruling = outcome.ruling
    reasons = [{"code": reason.value, "text": reason_text(reason, here.paper.scheme)} for reason in ruling.reasons]
    return {"code": ruling.verdict.value, "label": VERDICTS[ruling.verdict], "reasons": reasons}


def _band_json(outcome: UnitOutcome) -> Json | None:
    rates = outcome.overall.rates
    if rates is None or outcome.ruling.verdict in _WITHOUT_BAND:
        return None
    band = band_of(rates.satisfied)
    return {"code": band.value, "label": BANDS[band]}


def _remarks_json(paper: Paper, remarks: tuple[str, ...]) -> Json:
    shown = open_remarks(remarks, paper.scheme.remark_k) if paper.remarks else Hidden()
    if isinstance(shown, Hidden):
        return {"shown": False, "count": None, "texts": []}
    return {"shown": True, "count": len(shown), "texts": list(shown)}


def _unit_notes(here: Round, overall: Outcome) -> list[Json]:
    if overall.view is View.HIDDEN:
        return []
    scheme, total = here.paper.scheme, overall.total
    notes: list[Json] = []
    if total.share_of_answers(total.unknown) > scheme.gates.unknown_warning:
        notes.append({"code": "unknown_high", "text": unknown_text(scheme)})
    if is_near_uniform(total):
        notes.append({"code": "uniform", "text": UNIFORM_TEXT})
    return notes


def _round_notes(outcomes: Mapping[str, UnitOutcome]) -> list[Json]:
    """Say what holds for the whole result. An empty group is not named: that it is empty is a count below k."""
    if any(outcome.overall.renormalised for outcome in outcomes.values()):
        return [{"code": "renormalised", "text": "有类别没有有效评价，其权重已按比例分给其余类别"}]
    return []
