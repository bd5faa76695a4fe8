"""The result document: plain JSON, already disclosed; pages, charts and files render this and nothing else.

    {"version": 1,
     "round": {"id", "organisation", "campaign", "title", "form_title", "rehearsal", "k", "remark_k"},
     "items": [{"key", "label", "overall"}],
     "scale": {"key", "grades": [{"label", "score", "positive"}], "unknown": str|null, "abstain": str|null},
     "formula": {"text", "top", "denominator", "lines": {"attention", "remedial", "dissatisfied"},
                 "weights": [{"id", "name", "text"}], "measure": "satisfied_rate"|"positive_rate"|"mean_score",
                 "measure_label", "item_lines": [{"key", "label", "attention", "remedial", "dissatisfied"}]},
     "chain": {"status": "valid"|"warning"|"invalid", "warnings": [Note],
               "gates": {"valid", "warning"},                                  回收率 needed, as texts
               "total": ChainRow, "groups": [ChainRow and "id", "name"]},
     "summary": {"met", "attention", "remedial", "too_few", "invalid"},      numbers of units
     "overall_band": {"code", "label"}|null,                                 all units together
     "units": [Unit], "notes": [Note]}

Unit: {"id", "name", "position" （from 1, 机构序列）， "verdict": {"code", "label", "reasons": [Note]},
       "band": {"code", "label"}|null, "overall": {"key": str|null (null: all items pooled), "label", Total...},
       "items": [{"key", "label", "overall", "verdict": like the unit's|null (no line of its own), Total...}],
       "remarks": {"shown", "count": int|null, "texts": [str]}, "notes": [Note]}
Total...: "total": Cell, "groups": [{"id", "name", "cell": Cell}], "groups_text": why ``groups`` is empty, else "".
    The last of the groups may be all hidden ones as one row: {"id": "", "name", "members": [names], "cell"}.
Cell: {"shown": false, "text"} or {"shown": true, "view": "exact"|"coarse"|"banded",
       "valid": Count, "answered": Count, "satisfied_rate": Rate, "positive_rate": Rate, "dissatisfied_rate": Rate,
       "mean_score": Rate|null (null without distribution; its tenths are always null),
       "interval": {"text", "low", "high"}|null (where 满意率 of all expected may lie, in tenths),
       "unknown": Other|null, "abstain": Other|null (null: the scale has none),
       "distribution": [{"label", "count": int|null, "share": Rate}]}
    The distribution holds the grades only, best first; its shares add to exactly 1000 tenths, in parts to the rates
    (app.tally.rounding). It is empty where banded and below 30 valid answers.
    Counts are null unless exact, and with weights.
Count: {"text", "count": int|null}; a size band such as "20–29" has no count, nor has "≥10", where a number of answers
    would tell how few ballots came from those who leave the unit out.
Rate: {"text", "tenths": int|null}; tenths of a percent, null for a band such as "≥90%".
Other: {"label", "count": int|null, "rate": Rate|null}.
ChainRow: {"shown", "expected", "printed", "voided", "spare", "issued"} and, only if shown, {"returned", "valid",
       "invalid", "blank", "handed_back", "missing", "return_rate": Rate|null}.
Note: {"code", "text"}.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from app.campaigns.domain import K_FLOOR, Item, Lines, Scheme
from app.core.errors import DomainError
from app.rounds.domain import Paper
from app.tally.assess import Outcome, Round, UnitOutcome, assess_unit, prepare
from app.tally.cell import Json, breakdown_json, labels_of, rate_json, total_json
from app.tally.chain import Chain, GroupChain
from app.tally.counting import count_round
from app.tally.disclosure import Hidden, View, open_remarks, rate_figure
from app.tally.figures import Marks
from app.tally.quality import uneven_groups, unit_notes
from app.tally.restraint import FREE, Restraint
from app.tally.verdict import Reason, ReturnState, Verdict, band_of
from app.tally.wording import (
    BANDS,
    VERDICTS,
    formula_text,
    line_text,
    low_return_text,
    mark_text,
    measure_text,
    reason_text,
)

_PERCENT = 100
_WITHOUT_BAND = {Verdict.TOO_FEW, Verdict.INVALID}


def result_document(
    paper: Paper,
    stacks: Mapping[tuple[str, str], bytes],
    chain: Chain,
    remarks: Mapping[str, tuple[str, ...]],
    restraint: Restraint = FREE,
) -> Json:
    """Count, judge and disclose a round; ``stacks`` by (unit id, group id), ``remarks`` by unit id.

    ``restraint`` is what earlier releases ask (app.tally.restraint).

    Raises ``DomainError``: ``more_returned_than_issued``, ``stack_damaged``, ``stack_foreign`` or, where the box and
    the counting chain disagree, ``stack_count_differs``.
    """
    if chain.must_void:
        raise DomainError("more_returned_than_issued")
    counted = count_round(paper, stacks)
    for tables in (tables for count in counted.values() for tables in count.tables):
        if any(table.answered != chain.group(group).valid for group, table in tables.items()):
            raise DomainError("stack_count_differs")
    here = prepare(paper, chain, restraint)
    outcomes = {unit.id: assess_unit(here, unit.id, counted[unit.id].tables) for unit in paper.units}
    return {
        "version": 1,
        "round": _round_json(paper),
        "items": [{"key": item.key, "label": item.label, "overall": item.overall} for item in paper.items],
        "scale": _scale_json(paper),
        "formula": _formula_json(paper),
        "chain": _chain_json(here),
        "summary": {
            verdict.value: sum(outcome.ruling.verdict is verdict for outcome in outcomes.values())
            for verdict in Verdict
        },
        "overall_band": _overall_band(outcomes.values()),
        "units": [
            _unit_json(here, place, outcomes[unit.id], remarks.get(unit.id, ()))
            | {"notes": unit_notes(paper.scheme, outcomes[unit.id].overall, counted[unit.id])}
            for place, unit in enumerate(paper.units)
        ],
        "notes": [*_round_notes(outcomes), *uneven_groups(here)],
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
        "measure": scheme.formula.measure.value,
        "measure_label": measure_text(scheme.formula.measure),
        "lines": _lines_json(scheme, scheme.lines),
        "item_lines": [
            {"key": item.key, "label": item.label, **_lines_json(scheme, lines)}
            for item in paper.items
            if (lines := scheme.lines_of(item.key)) is not None
        ],
        "weights": [
            {"id": group.id, "name": group.name, "text": line_text(scheme.weights[group.id] / _PERCENT)}
            for group in paper.groups
            if group.id in scheme.weights
        ],
    }


def _lines_json(scheme: Scheme, lines: Lines) -> Json:
    measure = scheme.formula.measure
    return {
        "attention": mark_text(lines.attention, measure),
        "remedial": mark_text(lines.remedial, measure),
        "dissatisfied": line_text(lines.dissatisfied),
    }


def _chain_json(here: Round) -> Json:
    """Write the chain over all groups and of each; what came back from an unseen group appears nowhere."""
    total, gates = here.chain.total, here.paper.scheme.gates
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
        "gates": {"valid": line_text(gates.return_valid), "warning": line_text(gates.return_warning)},
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
    items: list[Json] = [
        {
            "key": item.key,
            "label": item.label,
            "overall": item.overall,
            "verdict": _item_verdict(here, item, part),
            **_outcome_json(here, part, labels_of(item, paper.scheme), blunt=outcome.blunt),
        }
        for item, part in zip(paper.items, outcome.items, strict=True)
    ]
    return {
        "id": paper.units[place].id,
        "name": paper.units[place].name,
        "position": place + 1,
        "verdict": _verdict_json(here, outcome),
        "band": _band_json(outcome),
        "overall": _overall_json(here, outcome, items),
        "items": items,
        "remarks": _remarks_json(paper, remarks),
    }


def _overall_json(here: Round, outcome: UnitOutcome, items: Sequence[Json]) -> Json:
    """Repeat the overall item, or write all items pooled where the form asks none."""
    overall = next((item for item in items if item["overall"]), None)
    if overall is not None:
        return {key: overall[key] for key in ("key", "label", "total", "groups", "groups_text")}
    grades = tuple(grade.label for grade in here.paper.scheme.scale.grades)
    return {"key": None, "label": "各项合计", **_outcome_json(here, outcome.overall, grades, blunt=outcome.blunt)}


def _outcome_json(here: Round, outcome: Outcome, labels: tuple[str, ...], *, blunt: bool) -> Json:
    total = total_json(outcome, labels, here.paper.scheme, blunt=blunt)
    return {"total": total, **breakdown_json(outcome, labels, here)}


def _verdict_json(here: Round, outcome: UnitOutcome) -> Json:
    scheme, parts = here.paper.scheme, list(zip(here.paper.items, outcome.items, strict=True))
    below = {
        Reason.ITEM_REMEDIAL: [item for item, part in parts if _ruled(part, Verdict.REMEDIAL)],
        Reason.ITEM_ATTENTION: [item for item, part in parts if _ruled(part, Verdict.ATTENTION)],
    }
    reasons = [
        {"code": reason.value, "text": reason_text(reason, scheme, items=below.get(reason, ()))}
        for reason in outcome.ruling.reasons
    ]
    return {"code": outcome.ruling.verdict.value, "label": VERDICTS[outcome.ruling.verdict], "reasons": reasons}


def _ruled(part: Outcome, verdict: Verdict) -> bool:
    return part.ruling is not None and part.ruling.verdict is verdict


def _item_verdict(here: Round, item: Item, part: Outcome) -> Json | None:
    if part.ruling is None:
        return None
    scheme = here.paper.scheme
    reasons = [
        {"code": reason.value, "text": reason_text(reason, scheme, scheme.lines_of(item.key))}
        for reason in part.ruling.reasons
    ]
    return {"code": part.ruling.verdict.value, "label": VERDICTS[part.ruling.verdict], "reasons": reasons}


def _overall_band(outcomes: Iterable[UnitOutcome]) -> Json | None:
    """Put all units that have a band into one, each with the weight of its valid answers."""
    seen = [outcome.overall for outcome in outcomes if _has_band(outcome)]
    known = [(part.rates.satisfied, part.total.valid) for part in seen if part.rates is not None]
    if not known:
        return None
    band = band_of(sum(rate * valid for rate, valid in known) / Fraction(sum(valid for _, valid in known)))
    return {"code": band.value, "label": BANDS[band]}


def _has_band(outcome: UnitOutcome) -> bool:
    """Whether a unit has a band; not where it would tell all alike from all but one (SEC-46)."""
    alike = {band_of(rates.satisfied) for rates in outcome.overall.lookalikes}
    return outcome.ruling.verdict not in _WITHOUT_BAND and len(alike) <= 1


def _band_json(outcome: UnitOutcome) -> Json | None:
    if not _has_band(outcome) or outcome.overall.rates is None:
        return None
    band = band_of(outcome.overall.rates.satisfied)
    return {"code": band.value, "label": BANDS[band]}


def _remarks_json(paper: Paper, remarks: tuple[str, ...]) -> Json:
    shown = open_remarks(remarks, paper.scheme.remark_k) if paper.remarks else Hidden()
    if isinstance(shown, Hidden):
        return {"shown": False, "count": None, "texts": []}
    return {"shown": True, "count": len(shown), "texts": list(shown)}


def _round_notes(outcomes: Mapping[str, UnitOutcome]) -> list[Json]:
    """Say what holds for the whole result. An empty group is not named: that it is empty is a count below k."""
    if any(outcome.overall.renormalised for outcome in outcomes.values()):
        return [{"code": "renormalised", "text": "有类别没有有效评价，其权重已按比例分给其余类别"}]
    return []
