"""Names in lists: as they are stored, by a campaign's own English, or by the English that ships."""

from app.campaigns.both_names import BothNames
from app.campaigns.names import SHIPPED

FORM = "年度考核民主测评票"
OWN = {FORM: "Yearly appraisal", "县文化馆": "Culture", "县图书馆": "culture"}


def test_a_name_is_known_by_its_own_english_and_by_what_ships() -> None:
    names = BothNames.of(OWN, [FORM])
    assert {names.stored(text) for text in (FORM, "yearly appraisal", SHIPPED[FORM])} == {FORM}
    assert names.stored("another form") == "another form"


def test_english_that_several_share_means_none_of_them() -> None:
    names = BothNames.of(OWN, ["县文化馆", "县图书馆"])
    assert names.stored("Culture") == "Culture"
