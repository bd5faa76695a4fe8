"""What the address of the ledger means."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.ledger import ActionState
from app.rectification.rules.picks import LONGEST, Pick, Show, read_pick, told_of, week_of
from app.rectification.rules.plans import ActionKind

TEXTS = st.text(max_size=LONGEST).map(str.strip)
PICKS = st.builds(
    Pick,
    show=st.sampled_from(Show),
    order=TEXTS,
    campaign=TEXTS,
    unit=TEXTS,
    lead=TEXTS,
    state=st.sampled_from(["", *(state.value for state in ActionState)]),
    kind=st.sampled_from(["", *(kind.value for kind in ActionKind)]),
    text=TEXTS,
    since=st.none() | st.dates(date(1000, 1, 1)),
    until=st.none() | st.dates(date(1000, 1, 1)),
)


@given(PICKS)
def test_what_is_told_is_read_again(pick: Pick) -> None:
    assert read_pick(told_of(pick)) == (pick, ())


def test_what_means_nothing_asks_for_nothing() -> None:
    told = {"show": "all", "state": "gone", "from": "2026-13-01", "to": "morgen", "lead": " 周 "}
    assert read_pick(told) == (Pick(lead="周"), ("from", "to"))
    assert not Pick(order="o1", campaign="c1").is_narrow
    assert Pick(order="o1", lead="周").is_narrow


def test_days_can_stand_the_wrong_way_round() -> None:
    assert Pick(since=date(2026, 12, 2), until=date(2026, 12, 1)).is_impossible
    assert not Pick(since=date(2026, 12, 1), until=date(2026, 12, 1)).is_impossible


@given(st.dates(date(2000, 1, 10), date(2100, 1, 1)))
def test_a_week_begins_on_monday_and_holds_its_day(day: date) -> None:
    monday, sunday = week_of(day)
    assert (monday.weekday(), sunday.weekday()) == (0, 6)
    assert monday <= day <= sunday
    assert (sunday - monday).days == 6
