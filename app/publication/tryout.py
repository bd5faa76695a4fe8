"""Trying a scheme on invented numbers: they go the way of real ones, through app.tally, and are kept nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.campaigns.domain import Item, Objects, Scheme, lined_rule
from app.campaigns.reads import CampaignView
from app.campaigns.rules import NAME_LIMIT, check_scheme
from app.campaigns.typed import typed_formula, typed_lines, typed_quorum, typed_weight
from app.core.errors import DomainError, Ours
from app.publication.arithmetic import Answers, Sample, written_out
from app.publication.domain import Scope, notes_for
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit
from app.tally.chain import Chain, GroupChain
from app.tally.document import Document, Section, Target, only_section
from app.tally.result import result_document
from app.web.forms import PostedForm

ROWS = 3
MOST = 100_000
WEIGHT_LIMIT = 10
_ITEM = Item("overall", "总体评价", overall=True)
_UNIT = PaperUnit("sample", "试算单位")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out: the document of one unit, and the arithmetic of its rates written out."""

    document: Document
    arithmetic: tuple[str, ...]

    @property
    def section(self) -> Section:
        """The invented units' section."""
        return only_section(self.document)

    @property
    def notes(self) -> list[str]:
        """What stands beside the word, and what is noted of the unit."""
        return notes_for(self.unit, Scope.ORGANISERS)

    @property
    def unit(self) -> Target:
        """The invented unit."""
        return self.section["targets"][0]


def tried_scheme(form: PostedForm, campaign: CampaignView, samples: Sequence[Sample]) -> Scheme:
    """Return the campaign's scheme with what is tried in its place; refused like one that is saved."""
    weights = {f"g{place}": sample.weight for place, sample in enumerate(samples) if sample.weight is not None}
    if weights and len(weights) != len(samples):
        raise DomainError("weight_malformed", name=next(each.name for each in samples if each.weight is None))
    scheme = replace(
        campaign.scheme,
        formula=typed_formula(form, campaign.scheme.scale),
        lines=typed_lines(form),
        rule=campaign.scheme.rule if not campaign.scheme.is_lined else None,
        k=form.integer("k", 1, 100, label="最少公布人数"),
        weights={key: weight for key, weight in weights.items() if weight is not None},
        group_quorums={f"g{place}": each.quorum for place, each in enumerate(samples) if each.quorum is not None},
    )
    if campaign.scheme.is_lined:
        scheme = replace(scheme, rule=lined_rule(scheme))
    scheme = replace(scheme, gates=replace(scheme.gates, min_valid=max(scheme.gates.min_valid, scheme.floor)))
    check_scheme(scheme, {f"g{place}": sample.name for place, sample in enumerate(samples)})
    return scheme


def typed_samples(form: PostedForm, options: Sequence[str], rows: int = ROWS) -> tuple[Sample, ...]:
    """Return the rows in which an answer, a weight or a quorum was filled in; DomainError for what cannot be right.

    A voter group of which nobody came may still miss its quorum, and have a weight.
    """
    found = [_sample(form, options, row) for row in range(1, rows + 1)]
    samples = [sample for sample in found if any(sample.counts) or sample.weight is not None or sample.quorum]
    if not any(any(sample.counts) for sample in samples):
        raise DomainError("sample_missing")
    return tuple(samples)


def _sample(form: PostedForm, options: Sequence[str], row: int) -> Sample:
    numbers = [_number(form, f"count-{row}-{place}", label) for place, label in enumerate(options)]
    name = form.text(f"name-{row}", NAME_LIMIT, label="类别名称", needed=False) or Ours.filled("类别%(row)s", row=row)
    weight = form.text(f"weight-{row}", WEIGHT_LIMIT, label=Ours.filled("%(label)s的权重", label=name), needed=False)
    answered, invalid = sum(numbers), _number(form, f"invalid-{row}", "无效")
    returned = _number(form, f"returned-{row}", "收回") or answered + invalid
    if answered + invalid != returned:
        raise DomainError("sample_sum_differs", name=name, sum=answered + invalid, returned=returned)
    issued = _number(form, f"issued-{row}", "发出") or returned
    present = _number(form, f"present-{row}", "到会") or issued
    expected = _number(form, f"expected-{row}", "应参加") or max(issued, present)
    if returned > min(issued, present):
        raise DomainError("sample_contradicts", name=name)
    share = typed_weight(weight, name) if weight else None
    quorum = typed_quorum(form, f"-{row}", name)
    return Sample(name, expected, issued, returned, tuple(numbers), share, present, quorum)


def _number(form: PostedForm, name: str, label: str) -> int:
    return form.integer(name, 0, MOST, label=label) if form.is_filled(name) else 0


def try_out(
    scheme: Scheme, samples: Sequence[Sample], labels: Mapping[str, str], objects: Objects = Objects.UNIT
) -> Trial:
    """Count the samples as a round of one unit, in which items with lines of their own got the same answers.

    ``labels`` names these items by their keys; ``objects`` is the sort of what is rated.
    """
    items = (*(Item(own.item, labels[own.item]) for own in scheme.item_lines if own.item in labels), _ITEM)
    groups = {f"g{place}": sample for place, sample in enumerate(samples)}
    paper = Paper(
        round_id="sample",
        organisation="",
        campaign="",
        title="",
        parts=(PaperSection("", items, (_UNIT,), objects=objects),),
        groups=tuple(PaperGroup(key, sample.name, sample.expected) for key, sample in groups.items()),
        scheme=scheme,
        promise="",
    )
    stacks = {
        (_UNIT.id, key): b"".join(bytes([mark]) * count * len(items) for mark, count in enumerate(sample.counts))
        for key, sample in groups.items()
    }
    chain = Chain(tuple(_chain(key, sample) for key, sample in groups.items()))
    document = result_document(paper, stacks, chain, {})
    total = only_section(document)["targets"][0]["overall"]["total"]
    unseen = frozenset(row["id"] for row in document["chain"]["groups"] if not row["shown"])
    return Trial(document, written_out(Answers(scheme, chain, groups, unseen), total))


def _chain(key: str, sample: Sample) -> GroupChain:
    valid = sum(sample.counts)
    invalid = sample.returned - valid
    return GroupChain(
        key, sample.expected, sample.issued, sample.returned, valid, invalid=invalid, present=sample.present
    )
