"""The life of a release: renditions, withdrawal, correction, the read log and the verification code."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.accounts import service as accounts
from app.accounts.models import Staff, StaffUnit
from app.audit import service as audit
from app.audit.models import AuditEntry
from app.campaigns.models import Unit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.lists import FEW, PAGE
from app.main import PORTS
from app.publication import reads, service, verification
from app.publication.domain import BANDS_ONLY, Release, Scope, Viewer, Wanted
from app.publication.models import ResultRead, ResultVersion
from app.publication.read_log import reads_of
from app.rounds.approvals import decide
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.rounds.reads import waiting_approvals
from tests.cast import MORNING, Desks, make_cast
from tests.found import some
from tests.publication import counted, reading
from tests.tally.cast import Json, section_of

NewClient = Callable[[], TestClient]
LATER = counted.AT + timedelta(hours=1)
SCOPES = ("leaders", "unit", "participants")
EXACT = re.compile(r"\d+\.\d%")


def seen(database: Database, round_id: str, viewer: Viewer = counted.READER) -> Json | None:
    with database.reading() as session:
        try:
            read = reads.published_bands if viewer.scope in BANDS_ONLY else reads.published
            return read(session, round_id, viewer, LATER).document
        except DomainError as error:
            if error.code != "result_not_published":
                raise
            return None


def withdraw(database: Database, round_id: str, place: int = 0) -> None:
    with database.writing() as session:
        release = reads.ledger_of(session, round_id)[place]
        service.withdraw(Acting(session, LATER, counted.ZHANG), round_id, release.id, "范围有误")


def correct(database: Database, round_id: str, counts: dict[str, tuple[int, int]]) -> bool:
    return counted.correct(database, round_id, counts, LATER)


def spared() -> counted.Votes:
    return counted.make_votes(spare=4)


def test_every_scope_gets_its_own_cut(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), *SCOPES)
    whole = seen(database, round_id)
    unit = seen(database, round_id, Viewer(Scope.UNIT, "wu", frozenset({"u3"})))
    bands = seen(database, round_id, reads.ANYONE)
    assert whole is not None
    assert unit is not None
    assert bands is not None
    assert section_of(unit)["targets"] == [section_of(whole)["targets"][3]]
    assert sum(section_of(unit)["summary"].values()) == 1
    assert not EXACT.search(json.dumps(section_of(bands)["targets"]))
    assert {key for row in section_of(bands)["targets"] for key in row} == {"id", "name", "position", "band"}
    assert [row["band"] for row in section_of(bands)["targets"]] == [
        row["band"] for row in section_of(whole)["targets"]
    ]
    assert "summary" not in section_of(bands)


def test_it_refuses_a_unit_the_result_of_another(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "unit")
    browser = counted.log_in(new_client(), database, "liaison")
    assert browser.get(f"/results/{round_id}").status_code == 404
    with database.writing() as session:
        # The unit's row stands in for the campaign's own; these papers were never set up by pages.
        staff = session.scalars(sa.select(Staff).where(Staff.role_rows.any(role="liaison"))).one()
        _add_unit(session, round_id, "u3")
        session.add(StaffUnit(staff_id=staff.id, unit_id="u3"))
    assert browser.get(f"/results/{round_id}/units/u3").status_code == 200
    for other in ("u0", "u2", "u4"):
        for way in ("", "/chart.svg", "/groups/0.svg", "/letter.docx"):
            assert browser.get(f"/results/{round_id}/units/{other}{way}").status_code == 404
    page = browser.get(f"/results/{round_id}").text
    assert counted.UNITS[3] in page
    assert not any(name in page for name in counted.UNITS if name != counted.UNITS[3])


def _add_unit(session: sa.orm.Session, round_id: str, unit_id: str) -> None:
    campaign_id = session.get_one(Round, round_id).campaign_id
    session.add(Unit(id=unit_id, campaign_id=campaign_id, name=counted.UNITS[3], position=1))
    session.flush()


def test_a_withdrawn_release_is_seen_by_nobody_and_stays_in_the_ledger(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), *SCOPES)
    withdraw(database, round_id, [release.scope for release in _ledger(database, round_id)].index(Scope.LEADERS))
    assert seen(database, round_id) is None
    assert seen(database, round_id, reads.ANYONE) is not None
    assert len(_ledger(database, round_id)) == len(SCOPES)
    with pytest.raises(DomainError, match="release_withdrawn"):
        withdraw(database, round_id, [release.scope for release in _ledger(database, round_id)].index(Scope.LEADERS))


def _ledger(database: Database, round_id: str) -> list[Release]:
    with database.reading() as session:
        return list(reads.ledger_of(session, round_id))


def test_a_release_ends_by_itself(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    counted.release(database, round_id, expires_at=(counted.AT + timedelta(minutes=30)).isoformat())
    with database.reading() as session:
        assert counted.result_for(session, round_id).version == 1
    assert seen(database, round_id) is None


def test_a_correction_keeps_both_versions(database: Database) -> None:
    round_id = counted.store_published(database, spared(), "leaders", "participants")
    before = seen(database, round_id)
    assert correct(database, round_id, {"g4": (1, 0)})
    after = seen(database, round_id)
    assert before is not None
    assert after is not None
    assert [unit["overall"] for unit in section_of(after)["targets"]] == [
        unit["overall"] for unit in section_of(before)["targets"]
    ]
    issued = [document["chain"]["groups"][4]["issued"] for document in (before, after)]
    assert issued[1] == issued[0] + 3
    with database.reading() as session:
        old = reads.published_version(session, round_id, 1, counted.READER, LATER)
        assert old.document == before
        assert [line.reason for line in reads.versions_of(session, round_id)] == ["", "漏数剩余票"]
        codes = [line.code for line in reads.versions_of(session, round_id)]
        answers = [verification.check(session, code, LATER) for code in codes]
        assert answers == [verification.Answer.REPLACED, verification.Answer.CURRENT]
    assert {release.version for release in _ledger(database, round_id) if release.withdrawn_at is None} == {2}


def test_a_second_correction_builds_on_the_first(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_published(database, spared())
    assert correct(database, round_id, {"g4": (1, 0)})
    browser = counted.log_in(new_client(), database, "organiser")
    page = browser.get(f"/rounds/{round_id}/publish").text
    typed = dict(re.findall(r'name="((?:spare|back)-g\d)"[^>]*value="(\d+)"', page))
    assert (typed["spare-g4"], typed["spare-g2"]) == ("1", "4")
    answer = browser.post(
        f"/rounds/{round_id}/correct",
        data={**typed, "spare-g2": "3", "reason": "又漏数", "form_token": counted.form_token(browser, "/results")},
    )
    assert answer.status_code == 303
    document = seen(database, round_id)
    assert document is not None
    assert [document["chain"]["groups"][place]["spare"] for place in (2, 4)] == [3, 1]
    ledger = browser.get(f"/rounds/{round_id}/publish").text
    assert "更正为第 2 版" in ledger
    assert "更正为第 3 版" in ledger


def test_both_people_stand_in_the_ledger(database: Database) -> None:
    round_id = counted.store_counted(database, spared(), two_person=True)
    qian = Principal("qian", "钱二", "organiser")
    counted.store_account(database, qian)
    counted.store_account(database, counted.ZHANG)
    with database.writing() as session:
        acting = Acting(session, LATER, counted.ZHANG)
        assert not service.ask_to_publish(acting, PORTS, round_id, Wanted(Scope.LEADERS))
    with database.writing() as session:
        decide(Acting(session, LATER, qian), PORTS, waiting_approvals(session, round_id)[0].id, granted=True)
    assert not correct(database, round_id, {"g4": (1, 0), "g2": (4, 0)})
    with database.writing() as session:
        [waiting] = waiting_approvals(session, round_id)
        assert waiting.asked_for["counts"] == {"g4": [1, 0]}
    counted.agree(database, waiting.id, qian, LATER)
    entries = sorted((one.version, one.released_by) for one in _ledger(database, round_id))
    assert entries == [(1, "张三、钱二"), (2, "张三、钱二")]


def test_a_correction_revives_no_release_that_has_ended(database: Database) -> None:
    round_id = counted.store_counted(database, spared())
    counted.release(database, round_id, "leaders")
    counted.release(database, round_id, "public", expires_at=(counted.AT + timedelta(minutes=30)).isoformat())
    assert correct(database, round_id, {"g4": (1, 0)})
    assert [(one.scope, one.version) for one in _ledger(database, round_id) if one.withdrawn_at is None] == [
        (Scope.PUBLIC, 1),
        (Scope.LEADERS, 2),
    ]
    assert seen(database, round_id, reads.ANYONE) is None


def test_what_was_withdrawn_stays_shut_behind_a_narrower_release(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_published(database, spared())
    browser = counted.log_in(new_client(), database, "leader")
    withdraw(database, round_id)
    assert browser.get(f"/results/{round_id}/versions/1").status_code == 404
    counted.release(database, round_id, "leaders", units=["u2"])
    assert correct(database, round_id, {"g4": (1, 0)})
    page = browser.get(f"/results/{round_id}").text
    assert f"/results/{round_id}/versions/1" in page
    earlier = browser.get(f"/results/{round_id}/versions/1").text
    for text in (page, earlier):
        assert [name for name in counted.UNITS if name in text] == [counted.UNITS[2]]
    with database.reading() as session:
        assert {row.what for row in reads_of(session, round_id)} == {"page", "version"}


def test_it_refuses_readers_who_are_no_leaders_that_can_log_in(database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    leader = counted.new_leader(database)
    with database.writing() as session:
        liaison = accounts.create_with_password(
            session, counted.AT, ("wu", "吴九", "liaison"), counted.PASSWORD_HASH
        ).id
    for readers in (["nobody"], [liaison], [leader, liaison], []):
        with pytest.raises(DomainError, match="release_readers_unknown"):
            counted.release(database, round_id, "leaders", readers=readers)
    with database.writing() as session:
        session.get_one(Staff, leader).disabled = True
    with pytest.raises(DomainError, match="release_readers_unknown"):
        counted.release(database, round_id, "leaders", readers=[leader])
    assert not _ledger(database, round_id)


def test_it_refuses_a_correction_that_changes_nothing_or_cannot_be(database: Database) -> None:
    round_id = counted.store_published(database, spared())
    for counts, code in (
        ({"g4": (4, 0)}, "correction_empty"),
        ({"g4": (999, 0)}, "slips_more_than_printed"),
    ):
        with pytest.raises(DomainError) as refused:
            correct(database, round_id, counts)
        assert refused.value.code == code
    with database.reading() as session:
        assert len(reads.versions_of(session, round_id)) == 1


def test_it_refuses_to_correct_what_is_not_published(database: Database) -> None:
    round_id = counted.store_counted(database, spared())
    with pytest.raises(DomainError, match="round_wrong_state"):
        correct(database, round_id, {"g4": (1, 0)})
    counted.release(database, round_id)
    with database.writing() as session:
        session.get_one(Round, round_id).state = RoundState.ARCHIVED
    with pytest.raises(DomainError, match="round_wrong_state"):
        correct(database, round_id, {"g4": (1, 0)})


def test_reading_is_noted_once_a_day_for_each_form(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    browser = counted.log_in(new_client(), database, "leader")
    for path in ("", "", "/units/u1", "/export.xlsx", "/export.xlsx"):
        assert browser.get(f"/results/{round_id}{path}").status_code == 200
    with database.reading() as session:
        rows = session.execute(sa.select(ResultRead.staff_name, ResultRead.what)).all()
        told = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "result.read")).all()
        assert audit.check_chain(session).broken_at is None
    assert sorted(rows) == [("赵六", "page"), ("赵六", "workbook")]
    assert [(entry.actor_name, entry.subject, json.loads(entry.detail)) for entry in told] == [
        ("赵六", round_id, {"what": "page"}),
        ("赵六", round_id, {"what": "workbook"}),
    ]
    organiser = counted.log_in(new_client(), database, "organiser")
    page = organiser.get(f"/rounds/{round_id}/publish").text
    assert "赵六" in page
    assert "Excel 统计表" in page


def test_an_organiser_withdraws_and_corrects_on_the_page(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_published(database, spared(), "leaders", "public")
    browser = counted.log_in(new_client(), database, "organiser")
    page = f"/rounds/{round_id}/publish"
    token = {"form_token": counted.form_token(browser, page)}
    counts = {f"spare-g{place}": "4" for place in range(8)} | {f"back-g{place}": "0" for place in range(8)}
    refused = browser.post(f"/rounds/{round_id}/correct", data={**token, **counts, "reason": "漏数剩余票"})
    assert refused.status_code == 400
    assert "漏数剩余票" in refused.text
    done = browser.post(
        f"/rounds/{round_id}/correct", data={**token, **counts, "spare-g4": "2", "reason": "漏数剩余票"}
    )
    assert done.status_code == 303
    assert "第 2 版" in browser.get(page).text
    assert browser.get(f"/results/{round_id}/versions/1").status_code == 200
    notice = new_client().get(f"/notices/{round_id}").text
    assert "这是第 2 版" in notice
    assert "漏数剩余票" not in notice, "the reason is for leaders and units"
    release = next(one for one in _ledger(database, round_id) if one.is_active(LATER) and one.scope is Scope.PUBLIC)
    path = f"/rounds/{round_id}/releases/{release.id}/withdraw"
    assert browser.post(path, data={**token, "reason": ""}).status_code == 422
    assert browser.post(path, data={**token, "reason": "范围有误"}).status_code == 303
    assert browser.get(f"/notices/{round_id}").status_code == 404
    assert "张三撤回：范围有误" in browser.get(page).text


def test_everybody_reads_bands_and_no_figure(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "participants")
    assert round_id not in client.get("/notices").text
    page = client.get(f"/notices/{round_id}")
    assert page.status_code == 200
    document = seen(database, round_id, reads.ANYONE)
    assert document is not None
    chain = set().union(*map(reading.percents, reading.texts_of(document["chain"])))
    assert set(EXACT.findall(page.text)) <= chain
    assert all(unit["name"] in page.text for unit in some(section_of(document)["targets"]))
    counted.release(database, round_id, "public")
    assert round_id in client.get("/notices").text
    assert client.get("/notices/nothing").status_code == 404


def test_a_verification_code_is_genuine_or_not(client: TestClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.reading() as session:
        code = session.get_one(ResultVersion, (round_id, 1)).code
    unknown = client.get(f"/verify?code={code}").text
    counted.release(database, round_id)
    current = client.get(f"/verify?code={code.lower()}").text
    withdraw(database, round_id)
    withdrawn = client.get(f"/verify?code={code}").text
    assert len({unknown, current, withdrawn}) == 3
    assert "县文化局" not in unknown + current + withdrawn
    for typed in ("", "%00", "x" * 5000, "0000000000000", "七"):
        assert client.get("/verify", params={"code": typed}).status_code == 200


def test_who_read_a_result_is_looked_for_and_leafed_through(new_desk: Desks, database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
    round_id = counted.store_published(database, counted.make_votes())
    who = {"round_id": round_id, "what": "page", "first_at": MORNING}
    rows = [{**who, "staff_id": f"s{n}", "staff_name": f"读者{n}", "day": "2026-11-23"} for n in range(PAGE + 12)]
    with database.writing() as session:
        session.execute(sa.insert(ResultRead), rows)
    here, desk = f"/rounds/{round_id}/releases", new_desk("zhangsan")
    start = desk.get(f"/rounds/{round_id}/publish").text
    assert (start.count(">读者"), f'href="{here}#reads"' in start) == (FEW, True)
    first, second = desk.get(here).text, desk.get(f"{here}?reads-part=2").text
    assert (first.count(">读者"), second.count(">读者")) == (PAGE, 12)
    assert desk.get(f"{here}?reads-q=读者６１").text.count(">读者") == 1
