"""有效 and 无效 of each section of a round of several, as they are told: a ballot may be 无效 in one section alone.

收回 is of the voter groups that rate anything in the section; no group has a count of its own here. What is told is a
sum of ballots like any other of the counting chain: where it would tell how few came of a group, it is not.
"""

from collections.abc import Iterator, Sequence

from app.rounds.domain import Paper
from app.tally.assess import Exact
from app.tally.by_section import SectionCounted, SectionUncounted
from app.tally.chain import Chain
from app.tally.hiding import Rules
from app.tally.margins import Sizes, is_kept
from app.tally.shown import Chain as ChainFacts


def section_rows(
    paper: Paper, chain: Chain, sections: Sequence[Exact], rules: Rules
) -> list[SectionCounted | SectionUncounted]:
    """Write the ballots of each section; nothing of a round of one, whose chain has said it."""
    if len(paper.parts) == 1:
        return []
    return [_row(chain, exact, rules) for exact in sections]


def _row(chain: Chain, exact: Exact, rules: Rules) -> SectionCounted | SectionUncounted:
    section, sheets = exact.section, _sheets(exact)
    valid, rows = sum(sheets.values()), [chain.group(group) for group in sheets]
    if chain.total.valid < rules.k or valid < rules.k or not _may_be_told(chain, exact, rules, sheets):
        return {"key": section.key, "noun": section.noun, "shown": False}
    returned = sum(row.returned - row.blank for row in rows)
    return {
        "key": section.key,
        "noun": section.noun,
        "shown": True,
        "returned": returned,
        "valid": valid,
        "invalid": returned - valid,
    }


def _sheets(exact: Exact) -> dict[str, int]:
    """Return of every voter group that rates anything in a section how many of its ballots are valid there."""
    every = [unit.count.tables[0] for unit in exact.units.values()]
    return {group: table.sheets for tables in every for group, table in tables.items()}


def _may_be_told(chain: Chain, exact: Exact, rules: Rules, sheets: dict[str, int]) -> bool:
    """Whether the sum adds nothing to what objects' own numbers tell, or at least nothing of a group that is small."""
    raters = {unit: frozenset(tables.count.tables[0]) for unit, tables in exact.units.items()}
    told, whole = {raters[unit] for unit in raters if unit not in rules.blunt}, frozenset(sheets)
    if whole in told:
        return True
    if whole != frozenset(row.group_id for row in chain.groups):
        return False
    issued = {group: max(chain.group(group).issued, sheets[group]) for group in sheets}
    return is_kept(Sizes(sheets, issued, frozenset({whole, *told}), exact.excused), rules.unseen, rules.k)


def ballot_texts(chain: ChainFacts, key: str = "") -> Iterator[str]:
    """Yield a sentence on the ballots of every section, or of that of a key; none of a round of one."""
    for row in chain.get("sections", ()):
        if key and row["key"] != key:
            continue
        if "returned" in row:
            yield f"“{row['noun']}”：收回 {row['returned']} 份，有效 {row['valid']} 份，无效 {row['invalid']} 份"
        else:
            yield f"“{row['noun']}”：收回、有效、无效的份数为保护匿名不显示"
