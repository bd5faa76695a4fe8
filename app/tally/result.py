"""From stacks and the counting chain to the result document (app.tally.document), already disclosed.

Three pure steps, each from one typed value to the next, none looking back: count (stacks → tables), assess (tables →
exact figures and verdicts), disclose (exact → document, the only place where anything is hidden).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.campaigns.disclosure import Extent
from app.campaigns.domain import Item, Scheme
from app.core.errors import DomainError
from app.rounds.domain import Paper
from app.tally.accounted import chain_json
from app.tally.assess import Exact, Part, Unit, assess, excused_of
from app.tally.chain import Chain
from app.tally.disclosure import Hidden, View, open_remarks
from app.tally.document import BandLabel, Document, Remarks, Section, Target, summary_of
from app.tally.facts import formula_facts, item_facts, round_facts, scale_facts
from app.tally.figures import UnitCount
from app.tally.hiding import Rules, Sight, rules_of, sights_of, told
from app.tally.quality import left_out, uneven_groups, unit_notes
from app.tally.restraint import FREE, Restraint
from app.tally.shown import (
    Figures,
    ItemTable,
    Note,
    Overall,
)
from app.tally.shown import Ruling as Ruled
from app.tally.tables import Asked, Way, breakdown_json, total_json
from app.tally.verdict import Band, Reason, Ruling, Verdict, band_of, with_items
from app.tally.wording import (
    BREAKDOWN_TEXT,
    UNDIVIDED_TEXT,
    VERDICTS,
    band_code,
    band_label,
    reason_text,
    step_reason,
)
from app.tally.words import words_of

_WITHOUT_BAND = {Verdict.TOO_FEW, Verdict.INVALID}
_OF_GATES = frozenset(
    {Reason.TOO_FEW, Reason.RETURN_TOO_LOW, Reason.NO_QUORUM, Reason.NO_GROUP_QUORUM, Reason.WITHHELD}
)
"""Reasons that tell nothing of what was marked."""


def result_document(
    paper: Paper,
    stacks: Mapping[tuple[str, str], bytes],
    chain: Chain,
    remarks: Mapping[str, tuple[str, ...]],
    restraint: Restraint = FREE,
) -> Document:
    """Count, assess and disclose a round; ``stacks`` by (unit id, group id), ``remarks`` by unit id.

    ``restraint`` is what earlier releases ask (app.tally.restraint).

    Raises ``DomainError``: ``more_returned_than_issued``, ``stack_damaged``, ``stack_foreign`` or, where the box and
    the counting chain disagree, ``stack_count_differs``.
    """
    from app.tally.counting import check_counts, count_round  # noqa: PLC0415 -- numpy, which only counting needs

    if chain.must_void:
        raise DomainError("more_returned_than_issued")
    counted = count_round(paper, stacks)
    check_counts(paper, counted, chain)
    rules = rules_of(paper, chain, restraint, _surely_voted(paper, counted))
    exact = [assess(section, chain, counted, rules.unseen) for section in paper.sections]
    return disclose(paper, chain, exact, remarks, rules)


def disclose(
    paper: Paper,
    chain: Chain,
    sections: Sequence[Exact],
    remarks: Mapping[str, tuple[str, ...]],
    rules: Rules,
) -> Document:
    """Write what may be read of a round, and nothing else."""
    told = remarks if paper.remarks else {}
    return {
        "version": 2,
        "round": round_facts(paper),
        "chain": chain_json(paper, chain, sections, rules),
        "voters": [{"id": group.id, "name": group.name} for group in paper.groups],
        "sections": [_section_json(exact, rules.of(exact.section), told) for exact in sections],
        "notes": [*_round_notes(paper, sections, rules.unseen), *uneven_groups(paper, chain, rules)],
    }


def _surely_voted(paper: Paper, counted: Mapping[str, UnitCount]) -> dict[str, int]:
    """Return of each voter group how many of it were 本人 in one section at least."""
    found: dict[str, int] = {}
    for section in paper.sections:
        excused = excused_of(counted[unit.id] for unit in section.units)
        found |= {group: max(count, found.get(group, 0)) for group, count in excused.items()}
    return found


@dataclass(frozen=True, slots=True)
class _Shown:
    """A unit on its way into the document: what is told of it, and how closely its parts may be looked at.

    ``bands`` are those of 满意率 that tables fall in which must read alike: one, if the unit has a band at all.
    """

    way: Way
    id: str
    unit: Unit
    items: tuple[tuple[Item, Part, Sight], ...]
    sight: Sight
    ruling: Ruling
    bands: frozenset[Band]

    @property
    def scheme(self) -> Scheme:
        """The scheme that the section obeys."""
        return self.way.section.scheme


def _shown(way: Way, unit_id: str) -> _Shown:
    unit, scheme = way.exact.units[unit_id], way.section.scheme
    sights, sight = sights_of(way.rules, unit_id, unit)
    items = tuple(zip(way.section.items, unit.items, sights, strict=True))
    overall = told(unit.overall.rulings, veiled=bool(unit.overall.veiled))
    ruling = with_items(scheme.judged_by, overall, [item_ruling(part, own) for _, part, own in items])
    if sight.view is View.HIDDEN and ruling.verdict not in _WITHOUT_BAND:
        ruling = Ruling(Verdict.TOO_FEW, (Reason.WITHHELD,))
    ends = unit.overall.span or (unit.overall.rates,)
    without = ruling.verdict in _WITHOUT_BAND or scheme.disclosure.announced
    judged = [] if without else [rates.judged_part(points=way.points) for rates in ends if rates]
    bands = frozenset(band_of(part, way.edges) for part in judged)
    return _Shown(way, unit_id, unit, items, sight, ruling, bands)


def _section_json(exact: Exact, rules: Rules, remarks: Mapping[str, tuple[str, ...]]) -> Section:
    way, section = Way(exact, rules), exact.section
    units = [_shown(way, unit_id) for unit_id in exact.units]
    targets = [_target_json(unit, place, remarks.get(unit.id, ())) for place, unit in enumerate(units, start=1)]
    facts = formula_facts(section)
    return {
        "key": section.key,
        "noun": section.noun,
        "objects": section.objects.value,
        "kind": "scores" if way.points else "grades",
        "form_title": section.form_title,
        "items": item_facts(section),
        "scale": scale_facts(section),
        "formula": facts,
        "summary": summary_of([target["verdict"]["code"] for target in targets]),
        "overall_band": _overall_band(way, units),
        "words": words_of(facts, targets),
        "targets": targets,
    }


def _target_json(shown: _Shown, position: int, remarks: tuple[str, ...]) -> Target:
    items = [_item_json(shown, asked, *each) for asked, each in zip(shown.way.items, shown.items, strict=True)]
    [band] = shown.bands if len(shown.bands) == 1 else [None]
    rated = shown.way.section.units[position - 1]
    target: Target = {
        "id": shown.id,
        "name": rated.name,
        "position": position,
        "verdict": _verdict_json(shown),
        "band": _band_json(band, points=shown.way.points),
        "overall": _overall_json(shown, items),
        "items": items,
        "remarks": _remarks_json(shown.scheme, remarks),
        "notes": [*left_out(shown.way.section, shown.unit), *unit_notes(shown.scheme, shown.unit, shown.sight)],
    }
    return {**target, "responsible": rated.responsible} if rated.responsible else target


def _item_json(shown: _Shown, asked: Asked, item: Item, part: Part, sight: Sight) -> ItemTable:
    figures = _table_json(shown, part, sight, asked)
    table: ItemTable = {
        "key": item.key,
        "label": item.label,
        "overall": item.overall,
        "verdict": _item_verdict(asked.scheme, item, item_ruling(part, sight)),
        "total": figures["total"],
        "groups": figures["groups"],
        "groups_text": figures["groups_text"],
    }
    if item.heading:
        table["heading"] = item.heading
    return table


def _overall_json(shown: _Shown, items: Sequence[ItemTable]) -> Overall:
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
    together = _table_json(shown, shown.unit.overall, shown.sight, shown.way.pooled)
    return {"key": None, "label": "各项合计", **together}


def _table_json(shown: _Shown, part: Part, sight: Sight, asked: Asked) -> Figures:
    groups = breakdown_json(shown.way.exact, part, sight, asked)
    return {
        "total": total_json(shown.way.exact, part, sight, asked),
        "groups": groups,
        "groups_text": "" if groups else UNDIVIDED_TEXT if shown.scheme.disclosure.announced else BREAKDOWN_TEXT,
    }


def item_ruling(part: Part, sight: Sight) -> Ruling | None:
    """Return what is told of an item with lines of its own; nothing where it is hidden or one mark decides."""
    ruling = told(part.rulings) if part.rulings and sight.view is not View.HIDDEN else None
    return None if ruling is None or ruling.verdict is Verdict.TOO_FEW else ruling


def _verdict_json(shown: _Shown) -> Ruled:
    ruled = [(item, item_ruling(part, sight)) for item, part, sight in shown.items]
    below = {
        Reason.ITEM_REMEDIAL: [item for item, own in ruled if own and own.verdict is Verdict.REMEDIAL],
        Reason.ITEM_ATTENTION: [item for item, own in ruled if own and own.verdict is Verdict.ATTENTION],
    }

    def text(reason: Reason) -> str:
        if reason is Reason.STEP:
            return step_reason(shown.scheme, shown.ruling.place)
        return reason_text(reason, shown.scheme, items=below.get(reason, ()))

    return _ruled(shown.scheme, shown.ruling, text)


def _told_reasons(scheme: Scheme, ruling: Ruling) -> Iterator[Reason]:
    """Yield the reasons; only those of gates where the extent of an announced round leaves figures out."""
    return (reason for reason in ruling.reasons if _tells_figures(scheme) or reason in _OF_GATES)


def _tells_figures(scheme: Scheme) -> bool:
    """Whether what a word rests on may be told: not where the extent of an announced round leaves figures out."""
    return not scheme.disclosure.announced or scheme.disclosure.extent is Extent.COUNTS


def _item_verdict(scheme: Scheme, item: Item, ruling: Ruling | None) -> Ruled | None:
    if ruling is None:
        return None
    return _ruled(scheme, ruling, lambda reason: reason_text(reason, scheme, scheme.lines_of(item.key)))


def _ruled(scheme: Scheme, ruling: Ruling, text: Callable[[Reason], str]) -> Ruled:
    """Write a ruling; its word, with what that means, where a rule gave it one."""
    reasons: list[Note] = [{"code": reason.value, "text": text(reason)} for reason in _told_reasons(scheme, ruling)]
    if ruling.word is None:
        return {"code": ruling.verdict, "label": VERDICTS[ruling.verdict], "reasons": reasons}
    return {
        "code": ruling.verdict,
        "label": ruling.word.text,
        "reasons": reasons,
        "meaning": ruling.word.meaning,
        "consequence": ruling.word.consequence,
        "flags": list(ruling.flags) if _tells_figures(scheme) else [],
    }


def _overall_band(way: Way, units: Sequence[_Shown]) -> BandLabel | None:
    """Put all units that have a band into one, each with the weight of its valid answers."""
    seen = [unit.unit.overall for unit in units if len(unit.bands) == 1]
    weights = Fraction(sum(part.total.valid for part in seen))
    ends = list(zip(*((part.span or (part.rates, part.rates)) for part in seen), strict=True))
    means = [
        sum(
            rates.judged_part(points=way.points) * part.total.valid
            for rates, part in zip(end, seen, strict=True)
            if rates
        )
        / weights
        for end in ends
    ]
    bands = {band_of(mean, way.edges) for mean in means}
    return _band_json(bands.pop(), points=way.points) if len(bands) == 1 else None


def _band_json(band: Band | None, *, points: bool) -> BandLabel | None:
    return None if band is None else {"code": band_code(band), "label": band_label(band, points=points)}


def _remarks_json(scheme: Scheme, remarks: tuple[str, ...]) -> Remarks:
    shown = open_remarks(remarks, scheme.remark_k)
    if isinstance(shown, Hidden):
        return {"shown": False, "count": None, "texts": []}
    return {"shown": True, "count": len(shown), "texts": list(shown)}


def _round_notes(paper: Paper, sections: Sequence[Exact], unseen: frozenset[str]) -> list[Note]:
    """Say what holds for the whole result. An empty group is not named: that it is empty is a count below k.

    Of groups that the counting chain hides not even that one is empty is told, nor of those veiled beside them.
    """
    parts = [unit.overall for exact in sections for unit in exact.units.values()]
    empty = {g for part in parts for g, rates in part.group_rates.items() if rates is None and g not in part.veiled}
    if paper.scheme.weights and empty - unseen:
        return [{"code": "renormalised", "text": "有类别没有有效评价，其权重已按比例分给其余类别"}]
    return []
