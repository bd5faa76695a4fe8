"""Whoever reads no Chinese is told on his slip what it asks, where the vote has English names."""

from dataclasses import fields, replace

import pytest

from app.core.chinese import has_chinese
from app.rounds.domain import Paper
from app.rounds.english import with_english
from app.slips.english import back_in_english, front_in_english, is_spoken
from app.slips.sheets import SlipEnglish
from tests.factories import make_paper

ADDRESS = "http://192.168.1.5:8000/v"


def paper_with(*names: str) -> Paper:
    """Return a paper of which these parts have English names."""
    paper = make_paper()
    english = {"title": "First round", "organisation": "County survey", "campaign": "Survey of 2026"}
    own = {getattr(paper, name): english[name] for name in names if name != "groups"}
    return with_english(paper, own | ({paper.groups[0].name: "Service users"} if "groups" in names else {}))


def words_of(told: SlipEnglish | None) -> list[str]:
    assert told is not None
    values = [getattr(told, field.name) for field in fields(told)]
    return [text for value in values for text in ([value] if isinstance(value, str) else value)]


def test_what_ships_in_english_alone_makes_no_slip_of_two_languages() -> None:
    paper = paper_with()
    assert paper.english
    assert not is_spoken(paper)
    assert front_in_english(paper, paper.groups[0], ADDRESS, wifi=True) is None
    assert back_in_english(paper, ADDRESS) is None


def test_a_group_or_a_title_that_ships_in_english_makes_none_either() -> None:
    paper = make_paper()
    group = replace(paper.groups[0], name="班子成员")
    paper = with_english(replace(paper, title="复测", groups=(group, *paper.groups[1:])), {})
    assert {"班子成员", "复测"} <= paper.english.keys()
    assert not is_spoken(paper)


def test_all_is_english() -> None:
    paper = paper_with("title", "organisation", "groups")
    told = front_in_english(paper, paper.groups[0], ADDRESS, wifi=True)
    assert not [text for text in words_of(told) if has_chinese(text)]
    assert not [text for text in words_of(back_in_english(paper, ADDRESS)) if has_chinese(text)]
    assert told
    assert (told.title, told.group) == ("County survey", "Service users")
    assert told.more == f"First round · You are one of {paper.groups[0].expected} people"
    assert "network" in told.how_to[0]
    assert ADDRESS in told.lines[-1]


@pytest.mark.parametrize(
    ("names", "title"),
    [
        (("title",), "First round"),
        (("campaign",), "Survey of 2026"),
        (("groups",), "Anonymous appraisal"),
    ],
)
def test_a_vote_is_called_what_it_is_in_english_as_far_as_it_is(names: tuple[str, ...], title: str) -> None:
    paper = paper_with(*names)
    told, back = front_in_english(paper, paper.groups[0], ADDRESS, wifi=False), back_in_english(paper, ADDRESS)
    assert told
    assert back
    assert (told.title, back.title) == (title, title)


def test_a_rehearsal_says_so_in_english_too() -> None:
    paper = replace(paper_with("title"), rehearsal=True)
    told = front_in_english(paper, paper.groups[0], ADDRESS, wifi=False)
    assert told
    assert told.title == "[Rehearsal] First round"
