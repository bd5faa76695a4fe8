"""What a reader may pick out of a result."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.publication.domain import (
    Pick,
    Release,
    Rights,
    Scope,
    Search,
    Sight,
    Viewer,
    Wanted,
    drawn_lines,
    found_units,
    ledger_refusal,
    picks_of,
    rights_of,
    search_of,
    sight_of,
    sight_of_version,
    unit_of,
    units_with_remarks,
)
from tests.tally.cast import Json, section_of

NAMES = ("县文化馆", "县图书馆", "县·博物馆", "ＡＢ 公司", "文化市场稽查队", "广播站")
VERDICTS = ("met", "remedial", "attention", "too_few", "remedial", "invalid")


def one_section(targets: list[Json]) -> Json:
    return {"sections": [{"targets": targets}]}


@pytest.fixture
def document() -> Json:
    return one_section(
        [
            {"id": f"u{place}", "name": NAMES[place], "verdict": {"code": code}, "remarks": {"shown": place % 2 == 0}}
            for place, code in enumerate(VERDICTS)
        ]
    )


def ids(units: object) -> list[str]:
    return [unit["id"] for unit in units]  # type: ignore[attr-defined]


def test_picks_keep_the_official_order(document: Json) -> None:
    assert ids(found_units(section_of(document), Search(Pick.ALL))) == ["u0", "u1", "u2", "u3", "u4", "u5"]
    assert ids(found_units(section_of(document), Search(Pick.FLAGGED))) == ["u1", "u2", "u4"]
    assert ids(found_units(section_of(document), Search(Pick.REMEDIAL))) == ["u1", "u4"]
    assert ids(found_units(section_of(document), Search(Pick.ATTENTION))) == ["u2"]
    assert ids(units_with_remarks(document)) == ["u0", "u2", "u4"]


@pytest.mark.parametrize(
    ("pick", "text", "expected"),
    [
        (Pick.ALL, "文化", ["u0", "u4"]),
        (Pick.REMEDIAL, "文化", ["u4"]),
        (Pick.ALL, " 县博物馆 ", ["u2"]),
        (Pick.ALL, "ab公司", ["u3"]),
        (Pick.ALL, "没有的", []),
        (Pick.TOO_FEW, "", ["u3"]),
    ],
)
def test_units_are_found_by_any_spelling_of_their_names(
    document: Json, pick: Pick, text: str, expected: list[str]
) -> None:
    assert ids(found_units(section_of(document), Search(pick, text))) == expected


def test_picks_count_their_units_and_empty_ones_are_left_out(document: Json) -> None:
    counts = {pick.value: count for pick, count in picks_of(section_of(document))}
    assert counts == {"all": 6, "flagged": 3, "remedial": 2, "attention": 1, "met": 1, "too_few": 1, "invalid": 1}
    few = one_section(document["sections"][0]["targets"][:1])
    assert picks_of(section_of(few)) == [(Pick.ALL, 1), (Pick.MET, 1)]


def test_an_address_keeps_the_other_wishes() -> None:
    search = search_of("remedial", " 文&化 ", "1")
    assert search.address() == "?show=remedial&q=%E6%96%87%26%E5%8C%96&shares=1"
    assert search.address(pick=Pick.ALL, shares=False) == "?q=%E6%96%87%26%E5%8C%96"
    assert search_of("", "", "2").address() == ""
    assert len(search_of("", "文" * 500, "").text) == 60


def formula(**changes: object) -> Json:
    lines = {"attention": "80%", "remedial": "2/3", "dissatisfied": "1/3"}
    own = {**lines, "key": "a", "label": "办事", "remedial": "50%"}
    return {
        "formula": {"lines": lines, "item_lines": [own], "denominator": "valid", "measure": "satisfied_rate", **changes}
    }


def test_lines_are_drawn_where_bars_can_be_held_against_them() -> None:
    assert drawn_lines(formula()) == [(667, "补课线 2/3"), (800, "提醒线 80%")]
    assert drawn_lines(formula(), "a") == [(500, "补课线 50%"), (800, "提醒线 80%")]
    assert drawn_lines(formula(), "b") == []
    assert drawn_lines(formula(denominator="expected")) == []
    assert drawn_lines(formula(measure="mean_score")) == []


@pytest.mark.parametrize("text", ["", "best", "rate desc", "ALL", "flagged\0"])
def test_it_refuses_to_pick_by_anything_else(text: str) -> None:
    assert search_of(text, "", "").pick is Pick.ALL


def test_a_unit_is_found_by_its_id_alone(document: Json) -> None:
    found = unit_of(section_of(document)["targets"], "u3")
    assert found is section_of(document)["targets"][3]
    assert unit_of(section_of(document)["targets"], "U3") is None


NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
RESULT: Json = {
    **one_section([{"id": "u0"}, {"id": "u1"}]),
    "chain": {"status": "valid"},
    "round": {"rehearsal": False},
}
LEADERS = ("li", "wang")


def entry(scope: str, version: int = 1, **changes: object) -> Release:
    fields = {"unit_ids": None, "reader_ids": None, "released_at": NOW - timedelta(days=1), "released_by": "张三"}
    return Release("r1", "r", version, Scope(scope), **{**fields, **changes})  # type: ignore[arg-type]


def some(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_a_viewer_sees_the_newest_version_that_was_released_to_him() -> None:
    ledger = [entry("leaders"), entry("leaders", 2, released_at=NOW), entry("public", 3)]
    assert sight_of(Viewer(Scope.LEADERS, "li"), ledger, NOW) == Sight(2, Scope.LEADERS, None, NOW)
    assert sight_of(Viewer(Scope.ORGANISERS, "zhang"), ledger, NOW) == Sight(
        3, Scope.ORGANISERS, None, NOW - timedelta(days=1)
    )
    assert sight_of(Viewer(Scope.UNIT, "wu", some("u0")), ledger, NOW) is None
    assert sight_of(Viewer(Scope.PARTICIPANTS), ledger, NOW) == Sight(3, Scope.PUBLIC, None, NOW - timedelta(days=1))


def test_of_several_releases_of_one_version_the_widest_and_the_first_are_told() -> None:
    ledger = [entry("participants", released_at=NOW), entry("public"), entry("participants", released_at=NOW)]
    for each in (ledger, ledger[::-1]):
        assert sight_of(Viewer(Scope.PARTICIPANTS), each, NOW) == Sight(
            1, Scope.PUBLIC, None, entry("public").released_at
        )


def test_organisers_see_since_when_the_newest_version_was_first_released() -> None:
    later = NOW - timedelta(hours=1)
    ledger = [entry("leaders"), entry("leaders", 2, released_at=NOW), entry("public", 2, released_at=later)]
    assert sight_of(Viewer(Scope.ORGANISERS), ledger, NOW) == Sight(2, Scope.ORGANISERS, None, later)


def test_a_leader_sees_the_units_that_were_released_to_him_alone() -> None:
    ledger = [
        entry("leaders", unit_ids=some("u0"), reader_ids=some("li")),
        entry("leaders", unit_ids=some("u1"), reader_ids=some("li", "wang")),
    ]
    seen = {who: sight_of(Viewer(Scope.LEADERS, who), ledger, NOW) for who in ("li", "wang", "zhao")}
    assert seen["li"] is not None
    assert seen["li"].unit_ids == some("u0", "u1")
    assert seen["wang"] is not None
    assert seen["wang"].unit_ids == some("u1")
    assert seen["zhao"] is None


def test_a_unit_sees_itself_alone() -> None:
    whole, part = [entry("unit")], [entry("unit", unit_ids=some("u1"))]
    for ledger, units, seen in (
        (whole, some("u0"), some("u0")),
        (part, some("u0", "u1"), some("u1")),
        (part, some("u0"), None),
        (whole, some(), None),
    ):
        sight = sight_of(Viewer(Scope.UNIT, "wu", units), ledger, NOW)
        assert (sight.unit_ids if sight else None) == seen


@pytest.mark.parametrize(
    "ended", [{"withdrawn_at": NOW}, {"expires_at": NOW}, {"expires_at": NOW - timedelta(seconds=1)}]
)
@pytest.mark.parametrize("scope", ["leaders", "unit", "participants", "public"])
def test_it_refuses_what_has_ended_to_all_but_organisers(scope: str, ended: dict[str, Any]) -> None:
    ledger = [entry(scope, **ended)]
    viewer = Viewer(Scope(scope) if scope != "public" else Scope.PARTICIPANTS, "li", some("u0"))
    assert sight_of(viewer, ledger, NOW) is None
    assert sight_of(viewer, [entry(scope)], NOW) is not None
    assert sight_of(Viewer(Scope.ORGANISERS, "zhang"), ledger, NOW) is not None


def test_an_earlier_version_opens_no_more_than_its_reader_may_see_now() -> None:
    everything = entry("leaders", withdrawn_at=NOW)
    part = entry("leaders", 2, unit_ids=some("u1", "u2"))
    reader = Viewer(Scope.LEADERS, "li")
    cases = (
        ([everything, entry("leaders", 2)], Sight(1, Scope.LEADERS, None, NOW - timedelta(days=1))),
        ([everything, part], Sight(1, Scope.LEADERS, some("u1", "u2"), NOW - timedelta(days=1))),
        ([entry("leaders", unit_ids=some("u0"), withdrawn_at=NOW), part], None),
        ([entry("leaders", reader_ids=some("wang"), withdrawn_at=NOW), part], None),
        ([everything], None),
        ([entry("leaders", expires_at=NOW), part], None),
        ([entry("unit"), part], None),
    )
    for ledger, seen in cases:
        assert sight_of_version(reader, ledger, 1, NOW) == seen
    own = Viewer(Scope.UNIT, "wu", some("u0", "u1"))
    ledger = [entry("unit", withdrawn_at=NOW), entry("unit", 2, unit_ids=some("u1"))]
    found = sight_of_version(own, ledger, 1, NOW)
    assert found is not None
    assert found.unit_ids == some("u1")
    organiser = Viewer(Scope.ORGANISERS, "zhang")
    assert sight_of_version(organiser, [everything], 1, NOW) is not None
    assert sight_of_version(organiser, [everything], 2, NOW) is None


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        (Wanted(Scope.LEADERS), ""),
        (Wanted(Scope.LEADERS, some("u0"), some("li"), NOW + timedelta(days=9)), ""),
        (Wanted(Scope.LEADERS, None, some(*LEADERS)), ""),
        (Wanted(Scope.LEADERS, expires_at=NOW), "release_expires_past"),
        (Wanted(Scope.LEADERS, some("u0", "u9")), "release_units_unknown"),
        (Wanted(Scope.UNIT, some()), "release_units_unknown"),
        (Wanted(Scope.PUBLIC, some("u0")), "release_units_not_here"),
        (Wanted(Scope.PARTICIPANTS, some("u0")), "release_units_not_here"),
        (Wanted(Scope.LEADERS, None, some("li", "chen")), "release_readers_unknown"),
        (Wanted(Scope.LEADERS, None, some()), "release_readers_unknown"),
        (Wanted(Scope.PUBLIC, None, some("li")), "release_readers_not_here"),
    ],
)
def test_it_refuses_releases_that_the_ledger_does_not_allow(wanted: Wanted, refusal: str) -> None:
    assert ledger_refusal(wanted, [], RESULT, LEADERS, NOW) == refusal


@pytest.mark.parametrize("scope", list(Scope))
def test_it_refuses_to_spread_what_is_invalid_or_only_rehearsed(scope: Scope) -> None:
    wide = scope not in {Scope.ORGANISERS, Scope.LEADERS}
    invalid: Json = {**RESULT, "chain": {"status": "invalid"}}
    rehearsal: Json = {**RESULT, "round": {"rehearsal": True}}
    assert ledger_refusal(Wanted(scope), [], invalid, LEADERS, NOW) == ("release_invalid_result" if wide else "")
    assert ledger_refusal(Wanted(scope), [], rehearsal, LEADERS, NOW) == ("release_rehearsal" if wide else "")


def test_it_refuses_what_is_already_released_and_allows_what_is_more() -> None:
    until = NOW + timedelta(days=3)
    ledger = [entry("leaders", unit_ids=some("u0"), expires_at=until)]
    for wanted, refused in (
        (Wanted(Scope.LEADERS, some("u0"), None, until), True),
        (Wanted(Scope.LEADERS, some("u0"), some("li"), until - timedelta(days=1)), True),
        (Wanted(Scope.LEADERS, some("u0")), False),
        (Wanted(Scope.LEADERS, some("u0", "u1"), None, until), False),
        (Wanted(Scope.UNIT, some("u0"), None, until), False),
    ):
        assert ledger_refusal(wanted, ledger, RESULT, LEADERS, NOW) == ("result_already_published" if refused else "")
    assert not ledger_refusal(
        Wanted(Scope.LEADERS, some("u0")), [entry("leaders", withdrawn_at=NOW)], RESULT, LEADERS, NOW
    )


@pytest.mark.parametrize(
    ("role", "publish", "revise"),
    [("organiser", True, True), ("liaison", False, True), ("leader", False, False), ("auditor", False, False)],
)
def test_what_a_reader_may_do_hangs_on_his_role(role: str, *, publish: bool, revise: bool) -> None:
    assert rights_of(frozenset({role})) == Rights(publish=publish, revise=revise)
