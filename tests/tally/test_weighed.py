"""Items with grades, satisfied ones and weights of their own: worked out by hand and held against whole documents."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from app.box.envelope import Ballot, check_marks
from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Part, Points, Source
from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.campaigns.domain import Formula, Grade, Item, Measure, Scheme
from app.campaigns.rule import ATTENTION, MET, REMEDIAL, Condition, Quantity, Rule, Sign, Step
from app.campaigns.rules import fits
from app.campaigns.sentences import rule_text
from app.core.errors import DomainError
from app.tally.composite import composites_of
from app.tally.facts import section_texts
from app.tally.result import result_document
from tests.found import some
from tests.tally.cast import SCALE, Json, make_chain, make_marks, make_paper, make_scheme, make_stack, section_of

YES_NO = (Grade("是", 100, positive=True), Grade("否", 0, positive=False))
WORK = Item("work", "工作实绩", weight=Fraction(30))
CLEAN = Item("clean", "廉洁自律", grades=YES_NO, weight=Fraction(70))
STRICT = Item("work", "工作实绩", top=1)
SCORES = [grade.score for grade in SCALE.grades]


def counted(
    items: tuple[Item, ...], columns: Sequence[Sequence[int]], scheme: Scheme | None = None, *more: Sequence[int]
) -> Json:
    """One unit, rated by group a; ``more``: the columns of group b."""
    groups = {"a": columns, **({"b": more} if more else {})}
    scheme = scheme or make_scheme()
    paper = make_paper(dict.fromkeys(groups, ()), items=items, scheme=scheme, remarks=False)
    stacks = {("u0", group): make_stack(*marks) for group, marks in groups.items()}
    chain = make_chain({group: len(marks[0]) for group, marks in groups.items()})
    return json.loads(json.dumps(result_document(paper, stacks, chain, {})))


def target_of(document: Json) -> Json:
    [target] = section_of(document)["targets"]
    return target


# 40 ballots: work 20/10/6/4, clean 是 22, 否 15, 不了解 3 (the mark of 不了解 is the section's: 4)
COLUMNS = (make_marks(20, 10, 6, 4), [0] * 22 + [1] * 15 + [4] * 3)


def test_it_works() -> None:
    target = target_of(counted((WORK, CLEAN), COLUMNS))
    work, clean = (item["total"] for item in target["items"])
    assert (work["satisfied_rate"]["text"], work["mean_score"]["text"]) == ("75.0%", "79.0")
    assert [(row["label"], row["count"]) for row in clean["distribution"]] == [("是", 22), ("否", 15)]
    assert clean["satisfied_rate"]["text"] == "59.5%"  # 22 of 37
    assert (clean["mean_score"]["text"], clean["unknown"]["count"]) == ("59.5", 3)
    pooled = target["overall"]["total"]
    # 30 % of 30/40 and 70 % of 22/37: 22.5 + 41.62
    assert pooled["satisfied_rate"]["text"] == "64.1%"
    assert pooled["dissatisfied_rate"]["text"] == "31.4%"  # 30 % of 4/40 and 70 % of 15/37
    assert pooled["distribution"] == []
    assert target["verdict"]["code"] == "attention"


def test_the_paper_and_the_result_say_so() -> None:
    paper = make_paper({"a": ()}, items=(WORK, CLEAN))
    texts = "".join(section_texts(paper.sections[0]))
    assert "“廉洁自律”的等次：是 100 分、否 0 分；满意率 = 是。" in texts
    assert "各项合计是各项的平均，权重：工作实绩 30、廉洁自律 70。" in texts
    items = section_of(counted((WORK, CLEAN), COLUMNS))["items"]
    assert [item["weight"] for item in items] == ["30", "70"]
    assert [grade["label"] for grade in items[1]["grades"]] == ["是", "否"]


def test_an_item_counts_fewer_grades_as_satisfied() -> None:
    target = target_of(counted((STRICT, Item("b", "作风")), (COLUMNS[0], COLUMNS[0])))
    strict, other = (item["total"]["satisfied_rate"]["text"] for item in target["items"])
    assert (strict, other) == ("50.0%", "75.0%")
    assert target["overall"]["total"]["satisfied_rate"]["text"] == "62.5%"


def test_lines_on_the_positive_rate_are_those_of_the_printed_one_whatever_an_item_counts_as_satisfied() -> None:
    """Where 满意率 counts all three positive grades too, an item that counts one alone has two different figures."""
    columns = (make_marks(10, 10, 14, 6), make_marks(20, 10, 6, 4))
    scheme = make_scheme(formula=Formula(3, measure=Measure.POSITIVE_RATE))
    target = target_of(counted((STRICT, Item("b", "作风")), columns, scheme))
    pooled = target["overall"]["total"]
    # 34 and 36 of 40; 满意率 takes 10 of the first item
    assert (pooled["positive_rate"]["text"], pooled["satisfied_rate"]["text"]) == ("87.5%", "57.5%")
    assert target["verdict"]["code"] == "met"
    assert "总体满意率达到 80%（含）" in rule_text(scheme)
    plain = make_scheme(formula=Formula(3))
    assert target_of(counted((STRICT, Item("b", "作风")), columns, plain))["verdict"]["code"] == "remedial"


def test_a_composite_takes_the_items_by_their_weights() -> None:
    whole = Composite((Part("v", "测评", Source.VOTE, Fraction(100)),))
    total = composites_of(counted((WORK, CLEAN), COLUMNS), whole, {}, {})["u0"].figure
    work = Fraction(sum(count * score for count, score in zip((20, 10, 6, 4), SCORES, strict=True)), 40)
    mean = Fraction(30, 100) * work + Fraction(70, 100) * Fraction(2200, 37)
    assert total == Points(mean, mean)


def test_a_hidden_item_hides_the_mean_of_all() -> None:
    few = [0] * 5 + [1] * 2 + [4] * 33
    target = target_of(counted((WORK, CLEAN), (COLUMNS[0], few)))
    assert [item["total"]["shown"] for item in target["items"]] == [True, False]
    assert not target["overall"]["total"]["shown"]
    assert target["verdict"]["code"] == "too_few"


def test_an_announced_round_tells_its_items() -> None:
    scheme = make_scheme(disclosure=Disclosure(Kind.ANNOUNCED, Extent.COUNTS))
    target = target_of(counted((WORK, CLEAN), COLUMNS, scheme))
    assert [row["count"] for row in target["items"][1]["total"]["distribution"]] == [22, 15]
    assert "satisfied" not in target["overall"]["total"]


def test_it_refuses_a_grade_that_the_item_has_not() -> None:
    paper = make_paper({"a": ()}, items=(WORK, CLEAN))
    check_marks(paper, Ballot("a", bytes([3, 1])))
    check_marks(paper, Ballot("a", bytes([3, 4])))
    with pytest.raises(DomainError, match="marks_malformed") as refusal:
        check_marks(paper, Ballot("a", bytes([3, 2])))
    assert refusal.value.params["item"] == 1
    with pytest.raises(DomainError, match="stack_damaged"):
        counted((WORK, CLEAN), (COLUMNS[0], [2] * 40))


LAST_TWO = Rule((Step((Condition(Quantity.LAST, Sign.ABOVE, Fraction(1, 3), 2),), REMEDIAL), Step((), MET)))
ON_RATES = Rule(
    (
        Step((Condition(Quantity.LAST, Sign.ABOVE, Fraction(1, 3), 1),), REMEDIAL),
        Step((Condition(Quantity.FIRST, Sign.AT_LEAST, Fraction(8, 10), 2),), MET),
        Step((), ATTENTION),
    )
)


def test_a_rule_over_mixed_items_looks_at_rates_alone() -> None:
    items = (WORK, CLEAN)
    assert fits(make_scheme(rule=ON_RATES), items)
    assert not fits(make_scheme(rule=LAST_TWO), items)
    assert fits(make_scheme(rule=LAST_TWO), (WORK, Item("b", "作风")))
    # 30 % of 4/40 and 70 % of 15/37 are below a third; 64.1 % below 80 %
    assert target_of(counted(items, COLUMNS, make_scheme(rule=ON_RATES)))["verdict"]["label"] == ATTENTION.text


@pytest.mark.parametrize("seed", range(300))
def test_random_rounds_are_disclosed_whatever_their_items_are(seed: int) -> None:
    """No more than a mean of what is shown follows from the mean, and never one where an item is hidden."""
    draw = random.Random(seed)
    items = (
        Item("a", "甲", weight=Fraction(draw.randint(1, 99)), top=draw.choice((0, 1, 3))),
        Item("b", "乙", weight=Fraction(draw.randint(1, 99)), grades=draw.choice(((), YES_NO))),
    )
    scheme = replace(
        Scheme(SCALES["satisfaction"], formula=Formula(2)),
        weights=draw.choice(({}, {"a": Fraction(30), "b": Fraction(70)})),
    )
    sizes = draw.choice((0, 4, 9, 12, 40)), draw.choice((11, 35))
    columns = [[[_mark(draw, item) for _ in range(size)] for item in items] for size in sizes]
    target = target_of(counted(items, columns[0], scheme, *columns[1]))
    told = [item["total"] for item in target["items"]]
    pooled = target["overall"]["total"]
    assert not pooled["shown"] or all(cell["shown"] for cell in some(told))
    order = ["exact", "coarse", "banded"]
    if pooled["shown"]:
        assert order.index(pooled["view"]) >= max(order.index(cell["view"]) for cell in told)
    if pooled["shown"] and pooled["view"] == "exact" and not scheme.weights:
        rates = [Fraction(cell["satisfied_rate"]["tenths"], 1000) for cell in told]
        whole = sum((item.weight for item in items), Fraction(0))
        mean = sum(item.weight * rate for item, rate in zip(items, rates, strict=True)) / whole
        assert abs(mean - Fraction(pooled["satisfied_rate"]["tenths"], 1000)) <= Fraction(1, 1000)


def _mark(draw: random.Random, item: Item) -> int:
    return draw.choice((0, 0, 0, 1, 4) if item.grades else (0, 0, 1, 2, 3, 4))
