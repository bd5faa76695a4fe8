"""综合评价得分: worked out by hand, refused where it can never be added up, and exact to the end."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.composite import (
    Composite,
    Figure,
    Missing,
    Part,
    Points,
    Source,
    check_awards,
    check_composite,
    class_weights,
    classes_text,
    formula_text,
    mean_score,
    points_text,
    total_of,
    weighted_mean,
)
from app.core.errors import DomainError
from app.tally.spoken import Speaker
from app.web.i18n import english

F = Fraction


def exact(value: Fraction | int) -> Points:
    return Points(F(value), F(value))


def vote(key: str, weight: int | Fraction, group: str = "") -> Part:
    return Part(key, f"部分{key}", Source.VOTE, F(weight), group)


def total(composite: Composite, figures: Mapping[str, Figure], object_class: str = "") -> Figure:
    return total_of(composite, lambda part: figures[part.key], object_class).figure


def shown(composite: Composite, figures: Mapping[str, Figure], object_class: str = "") -> str:
    found = total(composite, figures, object_class)
    assert isinstance(found, Points)
    return points_text(found, composite.decimals)


def test_a_mean_is_divided_by_the_best_grade() -> None:
    """统计汇总及计分: 90/75/60/45/30, 6/3/1/0/0."""
    by_top = mean_score((6, 3, 1, 0, 0), (90, 75, 60, 45, 30), by_top=True)
    assert by_top == F(825, 9)
    assert points_text(exact(by_top), 2) == "91.67"
    assert mean_score((6, 3, 1, 0, 0), (90, 75, 60, 45, 30)) == F(825, 10)


@pytest.mark.parametrize("typed", ["党群 30，政府 50", "党群30、政府:50", "党群 30%; 政府=50"])
def test_weights_are_typed_by_class(typed: str) -> None:
    assert class_weights(typed, "群众") == {"党群": F(30), "政府": F(50)}
    assert class_weights(classes_text({"党群": F(30), "政府": F(505, 10)}), "群众")["政府"] == F(505, 10)
    assert class_weights(" ", "群众") == {}


@pytest.mark.parametrize("typed", ["党群", "30", "党群 30，党群 40", "党群 3000", "党群 三十"])
def test_it_refuses_weights_of_classes_that_cannot_be_read(typed: str) -> None:
    with pytest.raises(DomainError, match="composite_classes"):
        class_weights(typed, "群众")


def test_it_refuses_a_class_that_no_object_is_of() -> None:
    parts = (replace(vote("a", 60), by_class={"党群": F(40)}), replace(vote("b", 40), by_class={"党群": F(60)}))
    check_composite(Composite(parts), [], classes=["党群", "政府"])
    check_composite(Composite(parts), [])
    with pytest.raises(DomainError, match="composite_class"):
        check_composite(Composite(parts), [], classes=["政府"])


WORKED = Composite(
    (
        Part("whole", "综合满意度", Source.COMPOSITE, F(80), parts=(
            vote("now", 40), vote("month", 20), vote("visit", 20), vote("net", 20),
        )),
        Part("mend", "整改", Source.POINTS, F(20), most=F(20)),
    ),
    by_top=True,
)  # fmt: skip


def test_a_composite_within_a_composite_and_points_that_go_down() -> None:
    """The same rule's worked case: 91.67/100/90/80 and 20 − 3, rounded at the end alone."""
    check_composite(WORKED, [])
    figures = {"now": exact(F(825, 9)), "month": exact(100), "visit": exact(90), "net": exact(80), "mend": exact(17)}
    found = total_of(WORKED, lambda part: figures[part.key])
    whole = found.lines[0].figure
    assert isinstance(whole, Points)
    assert points_text(whole, 2) == "90.67"
    assert isinstance(found.figure, Points)
    assert points_text(found.figure, 2) == "89.53"


SCORES = (100, 80, 60, 40)
ITEMS = (F(30), F(30), F(40))
YEARLY = Composite((
    vote("a", 20, "a"), vote("b", 40, "b"), vote("c", 40, "c"), Part("more", "附加分", Source.EXTRA, most=F(5)),
))  # fmt: skip


def of_items(*rows: tuple[int, ...]) -> Points:
    return weighted_mean([(weight, exact(mean_score(row, SCORES))) for weight, row in zip(ITEMS, rows, strict=True)])


def test_items_groups_and_extra_points() -> None:
    """Items 30/30/40, groups 20/40/40, 附加分 3.

    A: 10 answers, items 100·10 = 100, (5·100 + 5·80)/10 = 90, (2·100 + 8·60)/10 = 68: 30 + 27 + 27.2 = 84.2.
    B: 4 answers, 80, 70, 60: 24 + 21 + 24 = 69. C: 2 answers, 100, 100, 40: 30 + 30 + 16 = 76.
    0.2·84.2 + 0.4·69 + 0.4·76 = 16.84 + 27.6 + 30.4 = 74.84, and 3.
    """
    figures: dict[str, Figure] = {
        "a": of_items((10, 0, 0, 0), (5, 5, 0, 0), (2, 0, 8, 0)),
        "b": of_items((0, 4, 0, 0), (0, 2, 2, 0), (0, 0, 4, 0)),
        "c": of_items((2, 0, 0, 0), (2, 0, 0, 0), (0, 0, 0, 2)),
        "more": exact(3),
    }
    assert figures["a"] == exact(F(842, 10))
    assert figures["b"] == exact(69)
    assert figures["c"] == exact(76)
    check_composite(YEARLY, ["a", "b", "c"])
    assert shown(YEARLY, figures) == "77.84"


def test_weights_by_class_of_objects() -> None:
    """党群 weighs leaders 60 and staff 40, all others half and half: 90 and 70 are 82 and 80."""
    composite = Composite((
        replace(vote("a", 50), by_class={"党群": F(60)}), replace(vote("b", 50), by_class={"党群": F(40)}),
    ))  # fmt: skip
    check_composite(composite, [])
    figures: dict[str, Figure] = {"a": exact(90), "b": exact(70)}
    assert shown(composite, figures, "党群") == "82.00"
    assert shown(composite, figures, "政府") == shown(composite, figures) == "80.00"
    assert "党群：部分a × 60% + 部分b × 40%" in formula_text(composite)


def refused(composite: Composite) -> DomainError:
    with pytest.raises(DomainError) as caught:
        check_composite(composite, ["a"], ["r1"])
    return caught.value


def test_it_refuses_weights_that_do_not_make_a_hundred() -> None:
    """某局科级干部考评办法: 60 + 30 + 20."""
    error = refused(Composite((vote("1", 60), vote("2", 30), vote("3", 20))))
    assert (error.code, error.params["total"]) == ("composite_weights", "110")
    inner = Part("in", "内层", Source.COMPOSITE, F(100), parts=(vote("1", 50), vote("2", 49)))
    assert refused(Composite((inner,))).params == {"name": "内层", "total": "99"}
    by_class = replace(vote("2", 50), by_class={"垂管": F(40)})
    assert refused(Composite((vote("1", 50), by_class))).params == {"name": "综合评价得分（垂管）", "total": "90"}
    assert refused(Composite((vote("1", 110), vote("2", -10)))).code == "composite_weights"


def test_it_refuses_what_could_never_be_added_up() -> None:
    deep = Part("d", "深", Source.COMPOSITE, F(100), parts=(vote("1", 100),))
    assert refused(Composite(())).code == "composite_parts"
    assert refused(Composite((replace(deep, parts=()),))).code == "composite_levels"
    assert refused(Composite((Part("e", "层", Source.COMPOSITE, F(100), parts=(deep,)),))).code == "composite_levels"
    more = Part("m", "附加分", Source.EXTRA, most=F(5))
    assert refused(Composite((replace(deep, parts=(vote("1", 100), more)),))).code == "composite_levels"
    assert refused(Composite((vote("1", 100, "nobody"),))).code == "composite_unknown"
    assert refused(Composite((Part("r", "那轮", Source.ROUND, F(100), round_id="r2"),))).code == "composite_unknown"
    assert refused(Composite((Part("p", "扣分", Source.POINTS, F(100)),))).code == "composite_most"
    assert refused(Composite((vote("1", 50), vote("1", 50)))).code == "composite_labels"


def test_a_part_that_is_missing_leaves_no_total() -> None:
    figures: dict[str, Figure] = {
        "now": exact(90),
        "month": Missing("invalid"),
        "visit": exact(90),
        "net": exact(80),
        "mend": exact(17),
    }
    found = total_of(WORKED, lambda part: figures[part.key])
    assert found.figure == Missing("invalid")
    assert found.lines[1].figure == exact(17)


def test_what_is_not_wholly_known_is_a_span() -> None:
    figures: dict[str, Figure] = {"a": Points(F(40), F(100)), "b": exact(70), "c": exact(80), "more": exact(0)}
    assert total(YEARLY, figures) == Points(F(68), F(80))
    assert shown(YEARLY, figures) == "68–80"


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (F(905, 10), 0, "91"), (F(8995, 100), 1, "90.0"), (F(275, 3), 2, "91.67"), (F(0), 2, "0.00"), (F(100), 1, "100.0"),
])  # fmt: skip
def test_digits_are_half_up(value: Fraction, decimals: int, text: str) -> None:
    assert points_text(exact(value), decimals) == text
    assert points_text(replace(exact(value), coarse=True), 2) == points_text(exact(value), 0)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 100)), min_size=1, max_size=6))
def test_a_total_lies_between_its_parts_and_one_better_part_never_lowers_it(rows: list[tuple[int, int]]) -> None:
    whole = sum(weight for weight, _ in rows)
    composite = Composite(tuple(vote(str(at), F(100 * weight, whole)) for at, (weight, _) in enumerate(rows)))
    check_composite(composite, [])
    figures: dict[str, Figure] = {str(at): exact(points) for at, (_, points) in enumerate(rows)}
    found = total(composite, figures)
    assert isinstance(found, Points)
    assert min(points for _, points in rows) <= found.low == found.high <= max(points for _, points in rows)
    better = total(composite, figures | {"0": exact(rows[0][1] + 1)})
    assert isinstance(better, Points)
    assert better.low > found.low


def test_named_parts_say_that_they_are_named() -> None:
    text = formula_text(WORKED)
    assert text.startswith(
        "综合评价得分 = 综合满意度（部分now × 40% + 部分month × 20% + 部分visit × 20% + 部分net × 20%） × 80%"
    )
    assert "整改（非无记名，满分 20 分，从 20 分往下扣） × 20%" in text
    assert "除以最高等次分值" in text
    assert "附加分（非无记名，附加分，最多 5 分，在 100 分以外）" in formula_text(YEARLY)


def test_the_formula_is_said_in_english() -> None:
    say = Speaker({"整改": "Rectification", "综合满意度": "Overall satisfaction", "党群": "Party"}, english()).say
    text = formula_text(WORKED, say)
    assert text.startswith("Composite score = Overall satisfaction (部分now × 40% + ")
    assert "Rectification (named; 20 points, deducted from 20 downward) × 20%" in text
    assert text.endswith("; the score of each vote is divided by the score of the best grade")
    by_class = replace(WORKED, parts=(replace(WORKED.parts[0], by_class={"党群": F(100)}),))
    assert "; Party: Overall satisfaction × 100%" in formula_text(by_class, say)
    assert "(named; extra points, at most 5, beyond the 100)" in formula_text(YEARLY, say)


def test_a_third_may_be_excellent() -> None:
    words = dict.fromkeys(map(str, range(6)), "优秀")
    check_awards(words, 20)
    with pytest.raises(DomainError, match="award_limit"):
        check_awards(words, 17)
    check_awards({"1": "称职"}, 2)
