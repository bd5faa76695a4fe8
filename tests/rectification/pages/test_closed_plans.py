"""A plan that can no longer be changed: its page says why, leads on, and loses nothing that was typed meanwhile."""

import html
from urllib.parse import urlencode

import pytest

from app.core.acting import Acting
from app.core.db import Database
from app.rectification.plans import service as planning
from app.web.forms import TOKEN_FIELD
from tests.cast import MORNING, Desk, Desks
from tests.rectification.flagged import WU, ZHENG, make_action, make_order, make_rows, plan_id_of
from tests.security.test_office_forms import offered

STEPS = (
    ("正在等待审定", lambda acting, plan_id: planning.submit(acting(WU), plan_id)),
    ("已经审定，不能再改", lambda acting, plan_id: planning.accept(acting(ZHENG), plan_id)),
    ("进展、办结和延期，在整改台账里", lambda acting, plan_id: planning.announce(acting(WU), plan_id)),
)


def send(desk: Desk, path: str, fields: list[tuple[str, str]]) -> str:
    body = urlencode([(TOKEN_FIELD, desk.form_token), *fields])
    answer = desk.client.post(path, content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 409
    return html.unescape(answer.text)


@pytest.mark.parametrize("passed", range(1, 4))
def test_it_works(database: Database, new_desk: Desks, passed: int) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        plan_id = plan_id_of(session, order_id)
        planning.save_plan(Acting(session, MORNING, WU), plan_id, make_rows(make_action(goal="两个月内建好")))
    desk, path = new_desk("wujiu"), f"/rectification/plans/{plan_id}/edit"
    fields = [(name, value) for name, value, kept in offered(desk.get(path).text)[path] if kept]
    for _, step in STEPS[:passed]:
        with database.writing() as session:
            step(lambda who, session=session: Acting(session, MORNING, who), plan_id)  # type: ignore[no-untyped-call]
    page = desk.get(path).text
    assert path not in offered(page)
    assert STEPS[passed - 1][0] in page
    assert "两个月内建好" in page
    refused = send(desk, path, [(name, "改成三个月" if value == "两个月内建好" else value) for name, value in fields])
    assert path not in offered(refused)
    for words in (STEPS[passed - 1][0], "没有保存；要留用的，请先复制", "改成三个月"):
        assert words in refused
