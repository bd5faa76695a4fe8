"""What a reader may pick out of a result."""

import pytest

from app.publication.domain import Document, Pick, pick_of, picked_units, unit_of, units_with_remarks

VERDICTS = ("met", "remedial", "attention", "too_few", "remedial", "invalid")


@pytest.fixture
def document() -> Document:
    return {
        "units": [
            {"id": f"u{place}", "verdict": {"code": code}, "remarks": {"shown": place % 2 == 0}}
            for place, code in enumerate(VERDICTS)
        ]
    }


def ids(units: object) -> list[str]:
    return [unit["id"] for unit in units]  # type: ignore[attr-defined]


def test_picks_keep_the_official_order(document: Document) -> None:
    assert ids(picked_units(document, Pick.ALL)) == ["u0", "u1", "u2", "u3", "u4", "u5"]
    assert ids(picked_units(document, Pick.FLAGGED)) == ["u1", "u2", "u4"]
    assert ids(picked_units(document, Pick.REMEDIAL)) == ["u1", "u4"]
    assert ids(picked_units(document, Pick.ATTENTION)) == ["u2"]
    assert ids(units_with_remarks(document)) == ["u0", "u2", "u4"]


@pytest.mark.parametrize("text", ["", "best", "rate desc", "ALL", "flagged\0"])
def test_it_refuses_to_pick_by_anything_else(text: str) -> None:
    assert pick_of(text) is Pick.ALL


def test_a_unit_is_found_by_its_id_alone(document: Document) -> None:
    found = unit_of(document, "u3")
    assert found is document["units"][3]
    assert unit_of(document, "U3") is None
