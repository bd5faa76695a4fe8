"""What is said of lines."""

import pytest

from app.campaigns.domain import Denominator
from app.tally.wording import HALF_FAILS, ON_LINE, on_line_text


@pytest.mark.parametrize(
    ("denominator", "lines", "said"),
    [
        (Denominator.VALID, ("80%", "60%"), ON_LINE),
        (Denominator.VALID, ("80%", "50%"), ON_LINE),
        (Denominator.EXPECTED, ("80%", "60%"), ON_LINE),
        (Denominator.EXPECTED, ("80%", "50%"), HALF_FAILS),
        (Denominator.EXPECTED, ("50 分", "40 分"), HALF_FAILS),
    ],
)
def test_exactly_half_of_all_members_is_said_to_fail(denominator: str, lines: tuple[str, ...], said: str) -> None:
    assert on_line_text(denominator, lines) == said
