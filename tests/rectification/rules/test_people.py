"""People are compared by account and by name, however the name is written."""

import pytest

from app.rectification.rules.people import Person, may_be_same, names_in


def test_it_works() -> None:
    assert names_in("张三（科长）、李 四；王五,赵六") == {"张三", "李四", "王五", "赵六"}
    assert not may_be_same(Person("张三", "p1"), Person("李四", "p2"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Person("张三", "p1"), Person("改了名", "p1")),
        (Person("张三", "p1"), Person("张三", "p2")),
        (Person("张 三"), Person("张\u3000三", "p2")),
        (Person("李四、张三（兼）"), Person("张三")),
        (Person("张三和李四"), Person("李四")),
        (Person("Ｚhang"), Person("zhang")),
    ],
)
def test_it_refuses_to_tell_apart(one: Person, other: Person) -> None:
    assert may_be_same(one, other)
    assert may_be_same(other, one)


def test_a_sign_inside_a_name_does_not_split_it() -> None:
    assert names_in("李和平") == {"李和平"}
    assert not may_be_same(Person("李和平"), Person("平"))


def test_people_without_accounts_are_not_one_for_lacking_them() -> None:
    assert not may_be_same(Person("张三"), Person("李四"))
