"""A round about a document: attached, frozen with the paper, shown to voters, revised after the result."""

import io
from collections.abc import Callable

import docx
import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app.campaigns.models import Unit
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.opinions import service as opinions
from app.opinions.domain import Kind
from app.opinions.reads import collection
from app.opinions.service import TypedOpinion, Wish
from app.rounds import document_reads, documents, reads
from app.rounds import service as rounds
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.rounds.service import RoundDraft
from app.slips import service as slips
from tests import cast
from tests.booth.phones import SAME_SITE
from tests.cast import MORNING, PASSWORD, refuses
from tests.factories import set_round
from tests.opinions import collected
from tests.publication import counted

NewClient = Callable[[], TestClient]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def word() -> bytes:
    made = io.BytesIO()
    docx.Document().save(made)
    return made.getvalue()


@pytest.fixture
def draft(database: Database) -> tuple[str, str, Acting]:
    """A draft round, a unit, and the organiser."""
    with database.writing() as session:
        people = cast.make_cast(session)
        acting = Acting(session, MORNING, people["zhangsan"])
        campaign_id = cast.make_campaign(session, people["zhangsan"])
        round_id = rounds.create_round(acting, campaign_id, RoundDraft("分析检查报告评议", "t1"))
        session.flush()
        unit = rounds.draft_paper(session, reads.get_round(session, round_id)).units[1].id
    return round_id, unit, acting


def attach(database: Database, draft: tuple[str, str, Acting], name: str = "报告.pdf", content: bytes = PDF) -> None:
    round_id, unit, acting = draft
    with database.writing() as session:
        documents.attach(Acting(session, MORNING, acting.actor), round_id, unit, name, content)


def test_the_paper_asks_about_the_unit_alone_and_names_the_document(
    database: Database, draft: tuple[str, str, Acting]
) -> None:
    attach(database, draft, "旧报告.docx", word())
    attach(database, draft)
    round_id, unit, acting = draft
    with database.writing() as session:
        rounds.freeze(Acting(session, MORNING, acting.actor), round_id)
        paper, _ = reads.frozen_paper(session, round_id)
        (only,) = document_reads.documents_of(session, round_id)
    assert [one.id for one in paper.units] == [unit]
    assert paper.document is not None
    assert (paper.document.name, paper.document.digest) == ("报告.pdf", only.digest)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("报告.exe", b"MZ" + bytes(80), "attachment_type"),
        ("报告.pdf", b"MZ" + bytes(80), "attachment_type"),
        ("报告.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "attachment_type"),
        ("报告.pdf", PDF + bytes(2 * 1024**2), "attachment_too_large"),
    ],
)
def test_it_refuses_other_files(
    database: Database, draft: tuple[str, str, Acting], name: str, content: bytes, code: str
) -> None:
    with refuses(code):
        attach(database, draft, name, content)


def test_it_refuses_to_change_the_document_after_the_freeze(database: Database, draft: tuple[str, str, Acting]) -> None:
    attach(database, draft)
    round_id, unit, acting = draft
    with database.writing() as session:
        rounds.freeze(Acting(session, MORNING, acting.actor), round_id)
    with refuses("round_frozen"):
        attach(database, draft)
    with database.writing() as session:
        now = Acting(session, MORNING, acting.actor)
        with refuses("round_frozen"):
            documents.detach(now, round_id)
        with refuses("round_wrong_state"):
            documents.revise(now, round_id, ("报告.pdf", PDF), documents.Answers("逐条回应"))
        with refuses("unit_unknown"):
            documents.attach(
                now, rounds.create_round(now, _campaign(session, round_id), _DRAFT), "nothing", "a.pdf", PDF
            )
    assert unit


_DRAFT = RoundDraft("另一轮", "t1")


def _campaign(session: Session, round_id: str) -> str:
    return reads.get_round(session, round_id).campaign_id


def test_a_voter_reads_it_with_his_slip_alone(
    client: TestClient, database: Database, settings: Settings, draft: tuple[str, str, Acting]
) -> None:
    attach(database, draft)
    round_id, _, acting = draft
    folder = KeyFolder(settings.data / "keys")
    with database.writing() as session:
        now = Acting(session, MORNING, acting.actor)
        rounds.freeze(now, round_id)
        paper, _ = reads.frozen_paper(session, round_id)
        codes = slips.issue(now, folder, round_id, {group.id: group.expected for group in paper.groups})
    set_round(database, round_id, state=RoundState.OPEN)
    code = codes[paper.groups[0].id][0]
    page = client.post("/v/paper", data={"code": code}, headers=SAME_SITE)
    assert "请先看这份文档" in page.text
    sent = client.post("/v/document", data={"code": code}, headers=SAME_SITE)
    assert sent.content == PDF
    assert sent.headers["content-type"] == "application/pdf"
    assert sent.headers["content-disposition"].startswith("attachment")
    assert client.post("/v/document", data={"code": "0000000000000"}, headers=SAME_SITE).status_code in {400, 404}
    assert client.post("/v/document", data={"code": ""}, headers=SAME_SITE).status_code in {400, 422}


def test_versions_stand_beside_the_result(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.writing() as session:
        row = session.get_one(Round, round_id)
        row.state = RoundState.DRAFT
        _units(session, row.campaign_id)
        documents.attach(Acting(session, counted.AT, counted.ZHANG), round_id, "u3", "报告.pdf", PDF)
        row.state = RoundState.COUNTED
    counted.release(database, round_id)
    organiser = counted.log_in(new_client(), database, "organiser")
    path = f"/results/{round_id}/documents"
    token = {"form_token": counted.form_token(organiser, f"/results/{round_id}")}
    refused = organiser.post(path, data={**token, "answers": "一、开放时间"}, files={"document": ("x.exe", b"MZ")})
    assert refused.status_code == 422
    assert "一、开放时间" in refused.text
    files = {"document": ("报告（修改稿）.docx", word())}
    assert organiser.post(path, data={**token, "answers": "一、开放时间"}, files=files).status_code == 303
    leader = counted.log_in(new_client(), database, "leader")
    page = leader.get(f"/results/{round_id}").text
    assert "评议时的一版" in page
    assert "一、开放时间" in page
    assert leader.get(f"{path}/1").content == PDF
    assert leader.get(f"{path}/2").content.startswith(b"PK")
    assert leader.get(f"{path}/3").status_code == 404
    assert leader.post(path, data=token).status_code == 403


def test_a_revised_version_leads_to_the_issues_that_it_answers(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.writing() as session:
        row = session.get_one(Round, round_id)
        row.state = RoundState.DRAFT
        _units(session, row.campaign_id)
        documents.attach(Acting(session, counted.AT, counted.ZHANG), round_id, "u3", "报告.pdf", PDF)
        row.state = RoundState.COUNTED
        campaign_id = row.campaign_id
    counted.release(database, round_id)
    answered, other = (_issue(database, campaign_id, title) for title in ("文山会海", "下乡太少"))
    organiser = counted.log_in(new_client(), database, "organiser")
    path = f"/results/{round_id}/documents"
    fields = {"form_token": counted.form_token(organiser, f"/results/{round_id}"), "answers": "逐条写明"}
    files = {"document": ("报告.docx", word())}
    unknown = organiser.post(path, data={**fields, "issues[]": [answered, "nowhere"]}, files=files)
    assert (unknown.status_code, f'value="{answered}" checked' in unknown.text) == (409, True)
    assert organiser.post(path, data={**fields, "issues[]": [answered]}, files=files).status_code == 303
    page = organiser.get(f"/results/{round_id}").text
    assert f'<a href="#issue-{answered}">文山会海</a>' in page
    assert page.count(f'id="issue-{answered}"') == 1
    assert "最新一版还没有回应" in page.split(f'<a href="#issue-{other}">', maxsplit=1)[0]
    with database.writing() as session:
        opinions.do(Acting(session, counted.AT, counted.ZHANG), campaign_id, Wish(Kind.UNDO, undoes=1))
    page = organiser.get(f"/results/{round_id}").text
    assert "文山会海 <" in page
    assert f"#issue-{answered}" not in page


def _issue(database: Database, campaign_id: str, title: str) -> str:
    """Merge an opinion into a new issue."""
    with database.writing() as session:
        acting = Acting(session, counted.AT, counted.ZHANG)
        collected.add(acting, campaign_id, [TypedOpinion("sheet", title, "", f"{title}，要改")])
        (mine,) = (each.id for each in collection(session, campaign_id).opinions if each.number == title)
        return opinions.do(acting, campaign_id, Wish(Kind.NEW_ISSUE, (mine,), words=title))


def _units(session: Session, campaign_id: str) -> None:
    for place, name in enumerate(counted.UNITS):
        session.add(Unit(id=f"u{place}", campaign_id=campaign_id, name=name, position=place + 1))
    session.flush()


def test_the_page_attaches_and_takes_away(client: TestClient, draft: tuple[str, str, Acting]) -> None:
    round_id, unit, _ = draft
    data = {"login": "zhangsan", "password": PASSWORD, "form_token": counted.form_token(client, "/login")}
    assert client.post("/login", data=data).status_code == 303
    path = f"/rounds/{round_id}/document"
    token = {"form_token": counted.form_token(client, path)}
    assert client.post(path, data={**token, "unit": unit}).status_code == 422
    answer = client.post(path, data={**token, "unit": unit}, files={"document": ("报告.pdf", PDF)})
    assert answer.status_code == 303
    assert client.get(f"{path}/1").content == PDF
    assert "报告.pdf" in client.get(f"/rounds/{round_id}").text
    assert client.post(path, data={**token, "remove": "1"}).status_code == 303
    assert client.get(f"{path}/1").status_code == 404
