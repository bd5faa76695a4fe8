"""From stacks and the counting chain to the result document (app.tally.document), already disclosed."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from app.campaigns.domain import K_FLOOR, Item
from app.core.errors import DomainError
from app.rounds.domain import Paper, PaperGroup
from app.tally.assess import Outcome, Round, UnitOutcome, assess_unit, prepare
from app.tally.cell import breakdown_json, labels_of, rate_json, total_json
from app.tally.chain import Chain, GroupChain
from app.tally.counting import UnitCount, count_round
from app.tally.disclosure import Hidden, View, open_remarks, rate_figure
from app.tally.document import (
    SECTION,
    UNITS,
    BandLabel,
    Document,
    Remarks,
    Section,
    Target,
    summary_of,
)
from app.tally.facts import formula_facts, round_facts, scale_facts
from app.tally.figures import Marks
from app.tally.quality import uneven_groups, unit_notes
from app.tally.restraint import FREE, Restraint
from app.tally.shown import Chain as ChainFacts
from app.tally.shown import (
    CountedRow,
    Figures,
    GroupCountedRow,
    GroupIssuedRow,
    IssuedRow,
    ItemTable,
    Note,
    Overall,
    Ruling,
)
from app.tally.verdict import Reason, ReturnState, Verdict, band_of
from app.tally.wording import (
    BANDS,
    BREAKDOWN_TEXT,
    VERDICTS,
    line_text,
    low_return_text,
    reason_text,
)

_WITHOUT_BAND = {Verdict.TOO_FEW, Verdict.INVALID}


def result_document(
    paper: Paper,
    stacks: Mapping[tuple[str, str], bytes],
    chain: Chain,
    remarks: Mapping[str, tuple[str, ...]],
    restraint: Restraint = FREE,
) -> Document:
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
    targets = [
        _target_json(here, place, outcomes[unit.id], (counted[unit.id], remarks.get(unit.id, ())))
        for place, unit in enumerate(paper.units)
    ]
    return {
        "version": 2,
        "round": round_facts(paper),
        "chain": _chain_json(here),
        "voters": [{"id": group.id, "name": group.name} for group in paper.groups],
        "sections": [_section_json(paper, list(outcomes.values()), targets)],
        "notes": [*_round_notes(outcomes.values()), *uneven_groups(here)],
    }


def _section_json(paper: Paper, outcomes: Sequence[UnitOutcome], targets: list[Target]) -> Section:
    codes = [target["verdict"]["code"] for target in targets]
    return {
        "key": SECTION,
        "noun": UNITS,
        "objects": "unit",
        "kind": "grades",
        "form_title": paper.form_title,
        "items": [{"key": item.key, "label": item.label, "overall": item.overall} for item in paper.items],
        "scale": scale_facts(paper),
        "formula": formula_facts(paper),
        "summary": summary_of(codes),
        "overall_band": _overall_band(outcomes),
        "targets": targets,
    }


def _chain_json(here: Round) -> ChainFacts:
    """Write the chain over all groups and of each; what came back from an unseen group appears nowhere."""
    total, gates = here.chain.total, here.paper.scheme.gates
    rows: list[GroupCountedRow | GroupIssuedRow] = []
    for group in here.paper.groups:
        row = _chain_row(here, here.chain.group(group.id), shown=group.id not in here.rules.unseen)
        rows.append(_of_group(group, row))
    warnings: list[Note] = []
    if here.returns is not ReturnState.VALID:
        invalid = here.returns is ReturnState.INVALID
        text = low_return_text(here.paper.scheme, invalid=invalid)
        warnings.append({"code": "return_invalid" if invalid else "return_low", "text": text})
    shown = total.valid >= max(here.paper.scheme.k, K_FLOOR)
    return {
        "status": here.returns,
        "warnings": warnings,
        "gates": {"valid": line_text(gates.return_valid), "warning": line_text(gates.return_warning)},
        "total": _chain_row(here, total, shown=shown),
        "groups": rows,
    }


def _of_group(group: PaperGroup, row: CountedRow | IssuedRow) -> GroupCountedRow | GroupIssuedRow:
    if "returned" in row:
        return {"id": group.id, "name": group.name, **row}
    return {"id": group.id, "name": group.name, **row}


def _chain_row(here: Round, chain: GroupChain, *, shown: bool) -> CountedRow | IssuedRow:
    row: IssuedRow = {
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
    return {
        **row,
        "shown": True,
        "returned": chain.returned,
        "valid": chain.valid,
        "invalid": chain.invalid,
        "blank": chain.blank,
        "handed_back": chain.handed_back,
        "missing": chain.missing,
        "return_rate": rate_json(rate),
    }


def _target_json(here: Round, place: int, outcome: UnitOutcome, told: tuple[UnitCount, tuple[str, ...]]) -> Target:
    """Write a unit; ``told`` are its counts, for notes on their quality, and the remarks to it."""
    paper, (count, remarks) = here.paper, told
    items = [_item_json(here, outcome, at) for at in range(len(paper.items))]
    return {
        "id": paper.units[place].id,
        "name": paper.units[place].name,
        "position": place + 1,
        "verdict": _verdict_json(here, outcome),
        "band": _band_json(outcome),
        "overall": _overall_json(here, outcome, items),
        "items": items,
        "remarks": _remarks_json(paper, remarks),
        "notes": unit_notes(paper.scheme, outcome.overall, count),
    }


def _item_json(here: Round, outcome: UnitOutcome, place: int) -> ItemTable:
    item, part = here.paper.items[place], outcome.items[place]
    return {
        "key": item.key,
        "label": item.label,
        "overall": item.overall,
        "verdict": _item_verdict(here, item, part),
        **_table_json(here, part, labels_of(item, here.paper.scheme), blunt=outcome.blunt),
    }


def _overall_json(here: Round, outcome: UnitOutcome, items: Sequence[ItemTable]) -> Overall:
    """Repeat the overall item, or write all items pooled where the form asks none."""
    overall = next((item for item in items if item["overall"]), None)
    if overall is not None:
        return {
            "key": overall["key"],
            "label": overall["label"],
            "total": overall["total"],
            "groups": overall["groups"],
            "groups_text": overall["groups_text"],
        }
    grades = tuple(grade.label for grade in here.paper.scheme.scale.grades)
    return {"key": None, "label": "各项合计", **_table_json(here, outcome.overall, grades, blunt=outcome.blunt)}


def _table_json(here: Round, outcome: Outcome, labels: tuple[str, ...], *, blunt: bool) -> Figures:
    groups = breakdown_json(outcome, labels, here)
    return {
        "total": total_json(outcome, labels, here.paper.scheme, blunt=blunt),
        "groups": groups,
        "groups_text": "" if groups else BREAKDOWN_TEXT,
    }


def _verdict_json(here: Round, outcome: UnitOutcome) -> Ruling:
    scheme, parts = here.paper.scheme, list(zip(here.paper.items, outcome.items, strict=True))
    below = {
        Reason.ITEM_REMEDIAL: [item for item, part in parts if _ruled(part, Verdict.REMEDIAL)],
        Reason.ITEM_ATTENTION: [item for item, part in parts if _ruled(part, Verdict.ATTENTION)],
    }
    reasons: list[Note] = [
        {"code": reason.value, "text": reason_text(reason, scheme, items=below.get(reason, ()))}
        for reason in outcome.ruling.reasons
    ]
    return {"code": outcome.ruling.verdict, "label": VERDICTS[outcome.ruling.verdict], "reasons": reasons}


def _ruled(part: Outcome, verdict: Verdict) -> bool:
    return part.ruling is not None and part.ruling.verdict is verdict


def _item_verdict(here: Round, item: Item, part: Outcome) -> Ruling | None:
    if part.ruling is None:
        return None
    scheme = here.paper.scheme
    reasons: list[Note] = [
        {"code": reason.value, "text": reason_text(reason, scheme, scheme.lines_of(item.key))}
        for reason in part.ruling.reasons
    ]
    return {"code": part.ruling.verdict, "label": VERDICTS[part.ruling.verdict], "reasons": reasons}


def _overall_band(outcomes: Iterable[UnitOutcome]) -> BandLabel | None:
    """Put all units that have a band into one, each with the weight of its valid answers."""
    seen = [outcome.overall for outcome in outcomes if _has_band(outcome)]
    known = [(part.rates.satisfied, part.total.valid) for part in seen if part.rates is not None]
    if not known:
        return None
    band = band_of(sum(rate * valid for rate, valid in known) / Fraction(sum(valid for _, valid in known)))
    return {"code": band, "label": BANDS[band]}


def _has_band(outcome: UnitOutcome) -> bool:
    """Whether a unit has a band; not where it would tell all alike from all but one (SEC-46)."""
    alike = {band_of(rates.satisfied) for rates in outcome.overall.lookalikes}
    return outcome.ruling.verdict not in _WITHOUT_BAND and len(alike) <= 1


def _band_json(outcome: UnitOutcome) -> BandLabel | None:
    if not _has_band(outcome) or outcome.overall.rates is None:
        return None
    band = band_of(outcome.overall.rates.satisfied)
    return {"code": band, "label": BANDS[band]}


def _remarks_json(paper: Paper, remarks: tuple[str, ...]) -> Remarks:
    shown = open_remarks(remarks, paper.scheme.remark_k) if paper.remarks else Hidden()
    if isinstance(shown, Hidden):
        return {"shown": False, "count": None, "texts": []}
    return {"shown": True, "count": len(shown), "texts": list(shown)}


def _round_notes(outcomes: Iterable[UnitOutcome]) -> list[Note]:
    """Say what holds for the whole result. An empty group is not named: that it is empty is a count below k."""
    if any(outcome.overall.renormalised for outcome in outcomes):
        return [{"code": "renormalised", "text": "有类别没有有效评价，其权重已按比例分给其余类别"}]
    return []
