"""The counting chain as it is told: what came back from a group that is seen nowhere appears nowhere."""

from collections.abc import Iterator, Sequence
from typing import cast

from app.campaigns.domain import Scheme
from app.campaigns.sentences import quorum_texts, share_text
from app.rounds.domain import Paper, PaperGroup
from app.tally.assess import Exact, groups_below, invalid_because, returns_of
from app.tally.cell import rate_json
from app.tally.chain import Chain, GroupChain
from app.tally.disclosure import Closely, View, rate_figure
from app.tally.figures import Marks
from app.tally.hiding import Rules
from app.tally.sectioned import section_rows
from app.tally.shown import Chain as ChainFacts
from app.tally.shown import CountedRow, GateTexts, GroupCountedRow, GroupIssuedRow, IssuedRow, Note
from app.tally.verdict import Reason, ReturnState
from app.tally.wording import low_return_text, more_than_expected_text, no_group_quorum_text, no_quorum_text


def chain_json(paper: Paper, chain: Chain, sections: Sequence[Exact], rules: Rules) -> ChainFacts:
    """Write the chain over all groups, of each and of each section; what came from an unseen group appears nowhere."""
    total, returns = chain.total, returns_of(paper.scheme, chain)
    rows: list[GroupCountedRow | GroupIssuedRow] = []
    for group in paper.groups:
        row = _chain_row(paper.scheme, chain.group(group.id), shown=group.id not in rules.unseen)
        rows.append(_of_group(group, row))
    warnings: list[Note] = _invalid_notes(paper, chain, rules)
    if returns is ReturnState.WARNING:
        warnings = [{"code": "return_low", "text": low_return_text(paper.scheme, invalid=False)}]
    warnings += [{"code": "more_than_expected", "text": text} for text in _more_than_expected(paper, chain, rules)]
    told: ChainFacts = {
        "status": returns,
        "warnings": warnings,
        "gates": _gate_texts(paper),
        "total": _chain_row(paper.scheme, total, shown=total.valid >= rules.k),
        "groups": rows,
    }
    by_section = section_rows(paper, chain, sections, rules)
    return {**told, "sections": by_section} if by_section else told


def _invalid_notes(paper: Paper, chain: Chain, rules: Rules) -> list[Note]:
    """Say why the whole result is invalid; a group that is seen nowhere is not named as one that missed its quorum."""
    scheme, why = paper.scheme, invalid_because(paper.scheme, chain)
    if why is Reason.NO_GROUP_QUORUM:
        below = {*groups_below(scheme, chain)} - rules.unseen
        names = [group.name for group in paper.groups if group.id in below]
        return [{"code": why, "text": no_group_quorum_text(names)}]
    if why is Reason.NO_QUORUM and scheme.quorum is not None:
        return [{"code": why, "text": no_quorum_text(scheme.quorum)}]
    return [] if why is None else [{"code": "return_invalid", "text": low_return_text(scheme, invalid=True)}]


def _gate_texts(paper: Paper) -> GateTexts:
    gates, quorums = paper.scheme.gates, quorum_texts(paper.scheme, {group.id: group.name for group in paper.groups})
    texts: GateTexts = {"valid": share_text(gates.return_valid), "warning": share_text(gates.return_warning)}
    return {**texts, "quorum": "；".join(quorums)} if quorums else texts


def _more_than_expected(paper: Paper, chain: Chain, rules: Rules) -> Iterator[str]:
    """Yield the sentence on groups, and on all together, of which more came back than were expected and it is seen."""
    total = chain.total
    rows = [(group.name, chain.group(group.id)) for group in paper.groups if group.id not in rules.unseen]
    names = [name for name, row in rows if row.returned > row.expected]
    if total.valid >= rules.k and total.returned > total.expected:
        names.append("合计")
    if names:
        yield more_than_expected_text(names)


def _of_group(group: PaperGroup, row: CountedRow | IssuedRow) -> GroupCountedRow | GroupIssuedRow:
    if "returned" in row:
        return cast("GroupCountedRow", {"id": group.id, "name": group.name, **row})
    return cast("GroupIssuedRow", {"id": group.id, "name": group.name, **row})


def _chain_row(scheme: Scheme, chain: GroupChain, *, shown: bool) -> CountedRow | IssuedRow:
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
    marks = Marks(floors=(scheme.gates.return_valid, scheme.gates.return_warning))
    rate = rate_figure(chain.return_rate, chain.returned, Closely(View.EXACT, scheme.floor, scheme.decimals), marks)
    counted = {
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
    if chain.present is not None and chain.not_voted is not None:
        counted |= {"present": chain.present, "not_voted": chain.not_voted}
    return cast("CountedRow", counted)
