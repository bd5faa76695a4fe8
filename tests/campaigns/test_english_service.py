"""A campaign's English names: typed on their page, brought by a workbook, kept from an older tab."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.audit.models import AuditEntry
from app.campaigns import english_service
from app.campaigns import service as campaigns
from app.campaigns.composite import Composite, Part, Source
from app.campaigns.english_reads import english_names, english_of_campaigns
from app.campaigns.english_service import ENGLISH_LIMIT, Change, dictionary, missing
from app.campaigns.names import SHIPPED
from app.campaigns.rule import Condition, Flag, Meaning, Quantity, Rule, Sign, Step, Word
from app.campaigns.workbook_import import GroupRow, UnitRow, preview_workbook
from app.campaigns.workbook_template import template_xlsx
from app.core.acting import Acting
from app.core.chinese import has_chinese
from app.core.db import Database
from app.core.settings import Settings
from app.office.workbook import read_workbook
from app.publication.spoken import speaker
from app.tally.wording import VERDICTS
from app.web.i18n import english
from tests.campaigns.test_routes import Site
from tests.cast import MORNING, UNITS, refuses
from tests.statements import sent

ENGLISH = "County Library"
LIBRARY = UNITS[1]


JUDGED = Rule(
    (
        Step((Condition(Quantity.MEAN, Sign.AT_LEAST, Fraction(90)),), Word("示范", Meaning.MET, "全县推广")),
        Step((), Word("达标", Meaning.MET)),
    ),
    (Flag((Condition(Quantity.MEAN, Sign.BELOW, Fraction(60)),), "另行约谈"),),
)
COMPOSITE = Composite(
    (Part("p1", "领导评分", Source.SCORE, Fraction(100), by_class={"党群": Fraction(100)}),),
    rule=Rule((Step((), Word("达标线以上", Meaning.MET)),)),
)


@pytest.fixture
def site(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Site:
    return Site(database, settings, new_client)


def save(site: Site, *changes: Change) -> None:
    with site.database.writing() as session:
        acting = Acting(session, MORNING, site.cast["zhangsan"])
        english_service.save_english(acting, site.id, changes)


def own(site: Site) -> dict[str, str]:
    with site.database.reading() as session:
        return english_names(session, site.id)


def test_it_works(site: Site) -> None:
    page = site.desk.get(f"{site.root}/english")
    assert f'value="{LIBRARY}"' in page.text
    names = re.findall(r'name="name\[\]" value="([^"]*)"', page.text)
    typed = {"name[]": names, "before[]": [""] * len(names)}
    filled = [ENGLISH if name == LIBRARY else "" for name in names]
    assert site.desk.post(f"{site.root}/english", **typed, **{"english[]": filled}).status_code == 303
    assert own(site) == site.view.english == {LIBRARY: ENGLISH}
    assert f'value="{ENGLISH}"' in site.desk.get(f"{site.root}/english").text


def test_what_ships_counts_and_is_not_kept(site: Site) -> None:
    entries = {entry.name: entry for entry in dictionary(site.view, ["第一轮"])}
    assert (entries["满意"].shipped, entries["满意"].is_missing) == ("Satisfied", False)
    assert entries["第一轮"].is_missing
    before = missing(entries.values())
    save(site, Change("满意", "", "Satisfied"), Change("第一轮", "", " Round  one "))
    assert own(site) == {"第一轮": "Round one"}
    assert missing(dictionary(site.view, ["第一轮"])) == before - 1


def test_words_of_its_own_rules_and_parts_of_a_score_are_named(site: Site) -> None:
    view = replace(site.view, scheme=replace(site.view.scheme, rule=JUDGED, composite=COMPOSITE))
    found = [entry.name for entry in dictionary(view, []) if entry.kind == "结论"]
    assert found == ["示范", "全县推广", "另行约谈", "领导评分", "党群", "达标线以上"]
    plain = dictionary(site.view, [])
    assert [entry.name for entry in plain if entry.kind == "结论"] == []


def test_what_follows_from_a_word_is_told_as_such_and_can_be_named(site: Site) -> None:
    """The product says 限期整改 of a kind of action, too, and in other words."""
    judged = replace(JUDGED, steps=(Step((), Word("差", Meaning.FAILED, "限期整改")),))
    entries = dictionary(replace(site.view, scheme=replace(site.view.scheme, rule=judged)), [])
    [entry] = [each for each in entries if each.name == "限期整改"]
    assert entry.shipped == speaker({}).say("限期整改") == "To be put right by a set date" != english()["限期整改"]
    assert all(SHIPPED[word] == english()[word] for word in VERDICTS.values())
    told = {word: speaker({}).say(word) for word in english_service.JUDGED}
    assert [word for word, said in told.items() if has_chinese(said)] == []


def test_an_empty_name_takes_it_away(site: Site) -> None:
    save(site, Change(LIBRARY, "", ENGLISH))
    save(site, Change(LIBRARY, ENGLISH, ""))
    assert own(site) == {}


def test_saving_what_stands_already_leaves_no_trace(site: Site) -> None:
    save(site, Change(LIBRARY, "", ENGLISH))
    save(site, Change(LIBRARY, ENGLISH, ENGLISH))
    with site.database.reading() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "campaign.english")).all()
    assert len(entries) == 1


def test_many_names_are_kept_in_as_many_statements_as_few(site: Site) -> None:
    """Given, changed, left and taken away: what is written holds up all others for as long."""
    costs = dict[int, list[int]]()
    for many in (10, 300):
        names = [f"第{number}家" for number in range(many)]
        with site.database.writing() as session:
            costs[many] = [
                keeping(session, site.id, dict.fromkeys(names, "First")),
                keeping(session, site.id, dict.fromkeys(names, "First")),
                keeping(session, site.id, {name: "Other" if place % 2 else "" for place, name in enumerate(names)}),
                keeping(session, site.id, dict.fromkeys(names, "")),
            ]
            assert english_names(session, site.id) == {}
    assert costs[10] == costs[300] == [3, 1, 3, 2]


def keeping(session: Session, campaign_id: str, wanted: dict[str, str]) -> int:
    """Keep names, see that they stand so, and return how many statements it took."""
    with sent(session) as seen:
        english_service.keep_english(session, campaign_id, wanted)
    assert english_names(session, campaign_id) == {name: told for name, told in wanted.items() if told}
    return len(seen)


def test_names_of_another_campaign_and_other_names_stay(database: Database, site: Site) -> None:
    with database.writing() as session:
        other = campaigns.create_campaign(session, MORNING, site.cast["zhangsan"], "另一项", "县委")
        english_service.keep_english(session, other, {LIBRARY: "Other Library"})
        english_service.keep_english(session, site.id, {LIBRARY: ENGLISH, UNITS[0]: "Culture Centre"})
        english_service.keep_english(session, site.id, {LIBRARY: ""})
        assert english_of_campaigns(session, [site.id, other, "nowhere"]) == {
            site.id: {UNITS[0]: "Culture Centre"},
            other: {LIBRARY: "Other Library"},
            "nowhere": {},
        }


def test_an_older_tab_undoes_nothing(site: Site) -> None:
    save(site, Change(LIBRARY, "", ENGLISH))
    save(site, Change(LIBRARY, "", ""), Change(UNITS[0], "", "Culture Centre"))
    assert own(site) == {LIBRARY: ENGLISH, UNITS[0]: "Culture Centre"}
    with refuses("english_changed"):
        save(site, Change(LIBRARY, "", "Another Library"))
    assert own(site)[LIBRARY] == ENGLISH


def test_it_refuses_a_name_that_is_too_long(site: Site) -> None:
    with refuses("name_too_long"):
        save(site, Change(LIBRARY, "", "x" * (ENGLISH_LIMIT + 1)))


def test_a_workbook_brings_and_takes_them(site: Site) -> None:
    data = template_xlsx([UnitRow(1, LIBRARY, english=ENGLISH)], [GroupRow(1, "党代表", 20, (), "Party delegates")])
    read = preview_workbook(read_workbook(data, ("单位", "参评人员类别")))
    assert [unit.english for unit in read.units or ()] == [ENGLISH]
    assert [group.english for group in read.groups or ()] == ["Party delegates"]
    status, text = site.upload(data)
    assert (status, ENGLISH in text) == (200, True)
    rows = text.split('name="rows" value="', 1)[1].split('">', 1)[0]
    assert site.desk.post(f"{site.root}/import/confirm", rows=rows).status_code == 303
    assert own(site) == {LIBRARY: ENGLISH, "党代表": "Party delegates"}
