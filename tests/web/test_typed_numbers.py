"""A Chinese keyboard writes digits at full width: whatever reads a typed number reads both."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.accounts.factors import plain
from app.booth.domain import steps_typed
from app.campaigns.ratios import parse_ratio
from app.campaigns.score import Score
from app.campaigns.typed import typed_most, typed_weight, typed_whole
from app.campaigns.typed_forms import TypedGrade, form_edit
from app.campaigns.typed_rule import shown_rule, typed_rule
from app.web.forms import PostedForm
from tests.campaigns.test_rule import DEFAULT
from tests.campaigns.test_typed_forms import OPEN, one
from tests.campaigns.test_typed_rule import FOUR, posted

WIDE = {sign: sign + 0xFEE0 for sign in range(0x21, 0x7F)} | {0x20: 0x3000}


def _by_points(typed: str) -> object:
    fields = {"rule_kind": "steps", "step-1-what-1": "mean-0", "step-1-number-1": typed}
    return typed_rule(posted(shown_rule(replace(FOUR, rule=DEFAULT)) | fields), FOUR)


READERS: list[tuple[Callable[[str], object], str]] = [
    (lambda typed: PostedForm({"n": [typed]}, {}).integer("n", 1, 90, label="人数"), "47"),
    (lambda typed: typed_whole(typed, 90, "序号"), "47"),
    (lambda typed: typed_weight(typed, "甲类"), "12.5 %"),
    (lambda typed: typed_most(typed, "领导评分"), "12.5"),
    (lambda typed: parse_ratio(typed, "补课线"), "66.7 %"),
    (lambda typed: parse_ratio(typed, "补课线"), "2/3"),
    (lambda typed: one(top=typed, weight=typed), "1"),
    (lambda typed: form_edit(replace(OPEN, top=typed, limits=())), "2"),
    (
        lambda typed: form_edit(replace(OPEN, scale="own", grades=[TypedGrade("好", typed, positive=True)], limits=())),
        "90",
    ),
    (_by_points, "85.5 分"),
    (lambda typed: steps_typed(Score(decimals=1), typed), "85.5"),
    (plain, "123 456"),
]


@pytest.mark.parametrize(("read", "typed"), READERS)
def test_it_works(read: Callable[[str], object], typed: str) -> None:
    wide = typed.translate(WIDE)
    assert wide != typed
    assert read(wide) == read(typed)
