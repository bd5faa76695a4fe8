"""A liaison sees and changes his own unit only: every route, with the ids of another unit."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from httpx import Response

from app.core.acting import Acting
from app.inbox.models import InboxItem
from app.rectification.ledger import attachments
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.deadlines import run_daily
from app.rectification.models import ActionExtension, Attachment, SupervisionNotice, UnitPlan
from app.rectification.orders import service as ordering
from app.rectification.plans import asking
from app.rectification.plans import service as planning
from app.rectification.plans.asking import Request
from app.rectification.rules.ledger import ActionEvent
from app.rounds import documents
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.web.forms import TOKEN_FIELD, Upload
from tests.cast import MORNING, Desk
from tests.publication import counted
from tests.rectification.flagged import (
    ZHANG,
    ZHENG,
    Flagged,
    asked,
    keep_ledger,
    later,
    make_action,
    make_rows,
    working,
)
from tests.security.access import ACCESS
from tests.security.clicking import crawl
from tests.security.furnished import ALL_LATE, PDF, Furnished
from tests.security.world import World

MARK = "只有别的单位知道的事"
FOREIGN = "u5"
REFUSED = {403, 404, 409, 422}
BY_ID = ("{order_id}", "{action_id}", "{notice_id}", "{unit_id}", "{plan_id}")


@pytest.fixture(scope="module")
def world(lived_in: World) -> World:
    """The installation that is furnished."""
    return lived_in


@pytest.fixture(scope="module")
def own(world: World) -> Furnished:
    """What the liaison's own unit has; nothing of it carries the mark."""
    assert world.furnished
    return world.furnished


@pytest.fixture(scope="module")
def foreign(world: World, own: Furnished) -> dict[str, str]:
    """Ids of all that another unit of the same campaign has; its texts carry the mark."""
    with world.database.writing() as session:
        confirmation = replace(asked(session, own.found), document_number=f"{MARK}〔2026〕9号", reason=MARK)
        order_id = ordering.confirm(Acting(session, MORNING, ZHANG), own.found.round_id, FOREIGN, confirmation)
    marked = make_action(problem=MARK, goal=MARK, measures=MARK, sponsor=MARK, commitment=MARK)
    (action_id,) = keep_ledger(world.database, order_id, marked, by=ZHANG)
    with world.database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        entry = ledger_acts.act(acting, action_id, ActionEvent.PROGRESS, MARK)
        attachments.attach(acting, world.settings.data, (action_id, entry), Upload(f"{MARK}.pdf", PDF))
        ledger_acts.request_extension(acting, action_id, MORNING.date() + timedelta(days=42), MARK)
        run_daily(session, MORNING + ALL_LATE)
        notice = sa.select(SupervisionNotice.id).where(SupervisionNotice.subject_id == action_id)
        asking.ask(acting, own.found.campaign_id, Request((FOREIGN,), working(later(10)) or later(10), MARK))
        plan_id = session.scalars(sa.select(UnitPlan.id).where(UnitPlan.request == MARK)).one()
        planning.save_plan(acting, plan_id, make_rows(marked))
        attachments.attach_page(acting, world.settings.data, plan_id, Upload(f"{MARK}签字页.pdf", PDF))
        return {
            "plan_id": plan_id,
            "order_id": order_id,
            "action_id": action_id,
            "unit_id": FOREIGN,
            "notice_id": session.scalars(notice).one(),
            "file_id": session.scalars(sa.select(Attachment.id).where(Attachment.action_id == action_id)).one(),
            "extension_id": session.scalars(
                sa.select(ActionExtension.id).where(ActionExtension.action_id == action_id)
            ).one(),
        }


def addresses(world: World, own: Furnished, foreign: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield method and address of every route a liaison may use that names a unit or what belongs to one."""
    rest = {"round_id": own.found.round_id, "campaign_id": own.found.campaign_id}
    for route, allowed in ACCESS.items():
        method, path = route.split(" ")
        if "liaison" in allowed and any(name in path for name in BY_ID) and not path.startswith("/api"):
            yield method, path.format_map({**world.places, **rest, **foreign})


def ask(desk: Desk, method: str, address: str, **fields: str) -> Response:
    return desk.get(address) if method == "GET" else desk.post(address, **fields)


def text_of(answer: Response) -> str:
    """Return all the text of an answer, of the parts of a packed file too."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return "".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def test_every_route_refuses_another_unit_s_ids_and_changes_nothing(
    world: World, own: Furnished, foreign: dict[str, str]
) -> None:
    before, liaison, organiser = world.dump(), world.desks["liaison"], world.desks["organiser"]
    wrong, tried = {}, list(addresses(world, own, foreign))
    assert len(tried) > 20, "the table names these routes"
    for method, address in tried:
        fields = {
            "event": "progress", "text": "改", "until": "2026-12-30", "reason": "改", "done_on": "2026-11-20",
            "proof": "纪要", "then": "draft", "show": "1",
        }  # fmt: skip
        answer = ask(liaison, method, address, **fields)
        if answer.status_code not in REFUSED or MARK in answer.text:
            wrong[f"{method} {address}"] = answer.status_code
        if method == "GET" and "comparison" not in address:
            assert organiser.get(address).status_code == 200, f"{address} is nothing to be refused"
    assert wrong == {}
    assert world.dump() == before


def test_no_page_or_file_he_can_click_to_tells_of_another_unit(
    world: World, own: Furnished, foreign: dict[str, str]
) -> None:
    told = {address: text_of(answer) for address, answer in crawl(world.desks["liaison"].get).items()}
    assert {address for address, text in told.items() if MARK in text} == set()
    assert any(own.action_id in address for address in told)
    supervisor = {address: text_of(answer) for address, answer in crawl(world.desks["supervisor"].get).items()}
    for page in ("", "/ledger", "/ledger.xlsx", "/ledger.docx", "/supervision"):
        telling = [text for address, text in supervisor.items() if address.partition("?")[0] == f"/rectification{page}"]
        assert any(MARK in text for text in telling), f"{page} tells a supervisor: the test can fail"
    assert f"/rectification/actions/{foreign['action_id']}" in supervisor


def test_he_brings_back_no_workbook_with_another_unit_s_rows(
    world: World, own: Furnished, foreign: dict[str, str]
) -> None:
    assert own.order_id != foreign["order_id"]
    whole, before = world.desks["organiser"].get("/rectification/ledger.xlsx").content, world.dump()
    liaison = world.desks["liaison"]
    files = {"workbook": ("整改台账.xlsx", whole)}
    answer = liaison.client.post("/rectification/import", data={TOKEN_FIELD: liaison.form_token}, files=files)
    assert answer.status_code == 422
    assert world.dump() == before


def test_he_reads_and_marks_no_message_of_another(world: World, own: Furnished, foreign: dict[str, str]) -> None:
    assert own.notice_id != foreign["notice_id"]
    with world.database.reading() as session:
        item = session.scalars(sa.select(InboxItem.id).where(InboxItem.staff_id == ZHENG.id)).first()
    assert item
    before = world.dump()
    assert world.desks["liaison"].post("/inbox/read", item=item).status_code == 404
    assert world.dump() == before


def test_he_sees_nothing_of_a_round_that_rates_no_unit_of_his(world: World, own: Furnished) -> None:
    round_id = _document_round(world, own.found)
    liaison = world.desks["liaison"]
    before = world.dump()
    for page in ("", "/documents/1", "/report.docx", "/export.xlsx", "/brief.pdf", "/charts/overall.svg"):
        assert liaison.get(f"/results/{round_id}{page}").status_code in REFUSED, page
    assert round_id not in liaison.get("/results").text
    files = {"document": ("修改稿.pdf", PDF)}
    data = {TOKEN_FIELD: liaison.form_token, "answers": "改"}
    assert liaison.client.post(f"/results/{round_id}/documents", data=data, files=files).status_code in REFUSED
    assert world.dump() == before
    assert world.desks["leader"].get(f"/results/{round_id}/documents/1").content == PDF


def _document_round(world: World, found: Flagged) -> str:
    paper = counted.make_paper(units=("县文化馆",))
    round_id = counted.store_published(world.database, counted.make_votes(paper), "leaders", "unit")
    with world.database.writing() as session:
        row = session.get_one(Round, round_id)
        row.campaign_id, state, row.state = found.campaign_id, row.state, RoundState.DRAFT
        documents.attach(Acting(session, MORNING, ZHANG), round_id, "u0", "报告.pdf", PDF)
        row.state = state
    return round_id
