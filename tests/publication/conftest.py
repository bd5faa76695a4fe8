"""What tests of what a page asks of the database begin with."""

import pytest

from tests import by_hand


@pytest.fixture
def _results_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has looked at a page before finds what was kept for him, whatever was written meanwhile."""
    monkeypatch.setattr(by_hand, "BEFORE_ACTS", [])
