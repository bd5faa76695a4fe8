"""Proposals put like with like, are the same each time, and leave nobody's opinion in two groups."""

import gc
import re
import weakref
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from app.opinions import similarity
from app.opinions.demo_opinions import DEMO_OPINIONS
from app.opinions.domain import MOST_COMPARED
from app.opinions.similarity import LEAST_ALIKE, linked, propose
from app.opinions.subjects import SUBJECTS

TEXTS = (
    "窗口人员态度生硬，问几句就不耐烦。",
    "审批拖了两个月，一直没有下文。",
    "接待群众要热情，不要摆脸色。",
    "图书馆周末关门，设备陈旧。",
    "盖章要跑好几趟，效率太低。",
    "口味见仁见智。",
)


def test_it_works() -> None:
    found = propose(TEXTS)
    assert [(proposal.members, proposal.title, proposal.issue) for proposal in found] == [
        ((0, 2), "服务态度", None),
        ((1, 4), "办事效率", None),
    ]
    assert set(found[0].words) >= {"态度", "接待", "热情"}


def test_an_issue_that_fits_is_proposed() -> None:
    found = propose(TEXTS, [["公示栏几年没有更新"], [], ["办事效率要提高，限时办结"]])
    assert [(proposal.members, proposal.issue) for proposal in found] == [((0, 2), None), ((1, 4), 2)]


def test_opinions_without_a_known_word_meet_by_their_own() -> None:
    found = propose(["馆里的猫抓伤了人", "今天天晴", "馆里的猫抓伤了人！"])
    assert [(proposal.members, proposal.title) for proposal in found] == [((0, 2), "馆里的猫抓伤了人")]


def test_nothing_gives_nothing() -> None:
    assert propose([]) == ()
    assert propose(["", "，，", "态度好"]) == ()


def test_who_leafs_through_the_same_list_waits_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five thousand opinions two thousand were compared anew for every page of proposals."""
    compared: list[int] = []
    features = similarity._features

    def watched(texts: Sequence[str]) -> similarity.Matrix:
        compared.append(len(texts))
        return features(texts)

    monkeypatch.setattr(similarity, "_KEPT", similarity._Kept())
    monkeypatch.setattr(similarity, "_features", watched)
    first = propose(TEXTS, [["公示栏几年没有更新"]])
    assert propose([*TEXTS], [["公示栏几年没有更新"]]) == first
    assert compared == [7]
    propose(TEXTS[1:], [["公示栏几年没有更新"]])
    propose(TEXTS, [[], ["公示栏几年没有更新"]])
    assert compared == [7, 6, 7]
    propose(TEXTS, [["公示栏几年没有更新"]])
    assert compared == [7, 6, 7, 7]


class Text(str):
    """A text whose end can be seen."""

    __slots__ = ("__weakref__",)


def test_no_opinion_stays_in_memory_once_it_was_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stayed in the desk after it was changed or removed."""
    monkeypatch.setattr(similarity, "_KEPT", similarity._Kept())
    texts = [Text(text) for text in (*TEXTS, "馆里的猫抓伤了人", "馆里的猫抓伤了人！")]
    seen = [weakref.ref(text) for text in texts]
    assert [proposal.title for proposal in propose(texts, [texts[:1]])][-1] == "馆里的猫抓伤了人"
    texts.clear()
    gc.collect()
    assert [text() for text in seen if text() is not None] == []
    kept = repr(similarity._KEPT._groups)
    assert "members=(6, 7)" in kept
    assert re.findall(r"[\u3400-\u9fff]+", kept) == []


def test_only_so_many_are_compared() -> None:
    found = propose(["态度生硬"] * (MOST_COMPARED + 5))
    assert [len(proposal.members) for proposal in found] == [MOST_COMPARED]


def test_no_word_stands_under_a_subject_twice() -> None:
    for words in SUBJECTS.values():
        assert len(words.split()) == len(set(words.split()))


pool = [text for texts in DEMO_OPINIONS.values() for text in texts]


@given(
    st.lists(st.sampled_from([*pool, "", "天晴"]), max_size=30), st.lists(st.lists(st.sampled_from(pool)), max_size=3)
)
def test_every_opinion_is_in_one_proposal_at_most(texts: list[str], issues: list[list[str]]) -> None:
    found = propose(texts, issues)
    members = [member for proposal in found for member in proposal.members]
    assert len(members) == len(set(members))
    assert set(members) <= set(range(len(texts)))
    assert all(proposal.issue is not None or len(proposal.members) > 1 for proposal in found)
    assert all(issues[proposal.issue] for proposal in found if proposal.issue is not None)
    assert propose(texts, issues) == found


def scipy_groups(likenesses: NDArray[np.float64], least: float) -> list[list[int]]:
    """Group by SciPy's average linkage; ``likenesses`` of all pairs, row by row."""
    labels = fcluster(linkage(1 - likenesses, "average"), 1 - least, "distance")
    return sorted(sorted(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist()))


@given(st.integers(2, 25), st.integers(0, 2**32 - 1))
def test_linking_agrees_with_scipy(count: int, seed: int) -> None:
    random, least = np.random.default_rng(seed), LEAST_ALIKE + 0.2
    likenesses = np.round(random.uniform(0.01, 0.99, count * (count - 1) // 2), 4)
    theirs = scipy_groups(likenesses, least)
    # Where two likenesses tie, either may be linked first: then a trifle more or less changes the groups.
    trifles = random.normal(0, 1e-6, (8, len(likenesses)))
    assume(all(scipy_groups(likenesses + trifle, least) == theirs for trifle in trifles))
    assert linked(squareform(likenesses).astype(np.float32), least) == theirs
