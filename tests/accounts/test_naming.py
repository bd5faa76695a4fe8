"""Whom typed names mean: what the list offers is understood, whatever stands in a name and between names."""

import pytest

from app.accounts.models import Staff
from app.accounts.naming import called_so, listed_as, meant_by

PEOPLE = {
    "smith": "Smith, John",
    "john": "John",
    "wang": "王芳",
    "li": "李强",
    "both": "李强 王芳",
    "dot": "阿依古丽·买买提",
    "wang2": "张伟",
    "wang3": "张伟",
}
ABLE = [Staff(id=login, login=login, name=name) for login, name in PEOPLE.items()]
CALLED = called_so(ABLE)
THREE = called_so(
    [
        Staff(id=login, login=login, name=name)
        for login, name in (("zhang3", "张三"), ("feng", "丰"), ("zhang3feng", "张三丰"))
    ]
)


def meant(typed: str) -> list[tuple[str, list[str]]]:
    return [(name, list(ids)) for name, ids in meant_by(typed, CALLED)]


def test_it_works() -> None:
    for one in ABLE:
        assert meant(listed_as(one)) == [(listed_as(one), [one.id])]
    assert meant("、".join(map(listed_as, ABLE))) == [(listed_as(one), [one.id]) for one in ABLE]
    assert meant("") == meant(" 、,； ") == []


@pytest.mark.parametrize("between", [" ", "\u3000", "、", ",", "，", ";", "；", "\n", " , ", "、、"])
def test_names_stand_apart_by_whatever_is_typed_between_them(between: str) -> None:
    assert meant(f"王芳{between}李强") == [("王芳", ["wang"]), ("李强", ["li"])]
    assert meant(f"Ｓmith,John{between}阿依古丽 买买提") == [("Ｓmith,John", ["smith"]), ("阿依古丽 买买提", ["dot"])]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王 芳、李\u3000强", [("王 芳", ["wang"]), ("李\u3000强", ["li"])]),
        ("李强 王芳（both）", [("李强 王芳（both）", ["both"])]),
        ("李强、王芳", [("李强", ["li"]), ("王芳", ["wang"])]),
        ("Smith, John, John", [("Smith, John", ["smith"]), ("John", ["john"])]),
        ("张伟 王芳", [("张伟", ["wang2", "wang3"]), ("王芳", ["wang"])]),
        ("王二 麻子、王芳", [("王二 麻子", []), ("王芳", ["wang"])]),
        ("王芳 王二麻子", [("王芳", ["wang"]), ("王二麻子", [])]),
        ("王芳（li）", [("王芳（li）", [])]),
    ],
)
def test_the_longest_name_that_somebody_has_is_meant(typed: str, found: list[tuple[str, list[str]]]) -> None:
    assert meant(typed) == found


@pytest.mark.parametrize("typed", ["张三 丰", "张三\u3000丰", "张三\n丰", "张 三 丰"])
def test_words_that_are_names_of_others_too_are_not_taken_for_one(typed: str) -> None:
    """A space joined two people into a third, who then read the unit's results."""
    assert list(meant_by(typed, THREE)) == [(typed, ["feng", "zhang3", "zhang3feng"])]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [("张三丰", ["zhang3feng"]), ("张 三丰", ["zhang3feng"]), ("张三 丰（zhang3feng）", ["zhang3feng"])],
)
def test_what_can_mean_but_one_is_taken(typed: str, ids: list[str]) -> None:
    assert list(meant_by(typed, THREE)) == [(typed, ids)]
    assert [found for _, found in meant_by("张三、丰", THREE)] == [["zhang3"], ["feng"]]
