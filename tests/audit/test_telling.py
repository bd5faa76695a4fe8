"""What the log says to its reader: words of pages, never codes and ids."""

import ast
import json
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.accounts import asking
from app.audit import telling
from app.audit.telling import NOTHING, called, names_in, noted
from app.audit.wording import ACTIONS, ANSWERS
from app.campaigns.models import Unit, VoterGroup
from app.core.db import Database
from app.core.scope import limit
from app.opinions.domain import Kind
from app.rectification.models import RemedialAction, RemedialOrder, UnitPlan
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.orders import OrderEvent
from app.rectification.rules.plans import PlanEvent
from app.rounds import approvals
from app.rounds.domain import Event
from app.rounds.models import Round
from tests.cast import make_campaign, make_cast
from tests.rectification.flagged import make_ledger
from tests.sources import TREES

CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")
ELSEWHERE = {
    "order.submit_plan",
    "order.return_plan",
    "order.accept_plan",
    "order.begin",
    "order.count_retest",
    "order.order_again",
}
"""Moves of an order that are noted as what was done to its plan, or not by themselves."""


def said(sentence: str) -> str:
    return sentence


def written() -> Iterator[str]:
    """Yield every act that a module notes, as far as it is written there in full."""
    for tree in TREES.values():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).endswith(("record", "record_each")):
                yield from (
                    node.value
                    for node in ast.walk(call)
                    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
                )


def put_together() -> Iterator[str]:
    """Yield every act whose code is put together from an event."""
    yield from (f"plan.{event}" for event in PlanEvent)
    yield from (f"action.{event}" for event in ActionEvent if event.value not in {"approve", "announce"})
    yield from {f"order.{event}" for event in OrderEvent} - ELSEWHERE
    yield from (f"opinion.{kind}" for kind in Kind)
    yield from (f"round.{event}.dropped" for event in (Event.OPEN, Event.CLOSE, Event.VOID))
    yield from (f"round.{act}.{answer}" for act in approvals.WHAT for answer in ("ask", "grant", "refuse"))
    yield from (f"account.{act}.{answer}" for act in asking.WHAT for answer in ("ask", "grant", "refuse"))


def test_it_works() -> None:
    assert called("round.open", said) == "开始投票"
    assert called("account.create.ask", said) == "提请：建立账号"
    assert called("account.role.refuse", said) == "不同意：改变角色"
    names = {"86j2kh0mctxh3s3jxkhh": "县文化馆"}
    told = {
        "login": "wangwu",
        "role": "scrutineer liaison",
        "again": False,
        "units": ["86j2kh0mctxh3s3jxkhh"],
        "until": None,
    }
    assert (
        noted(json.dumps(told), names, said) == "用户名：wangwu；角色：监票人、单位联络员；重新抽取：否；单位：县文化馆"
    )
    assert noted(json.dumps({"numbers": {"86j2kh0mctxh3s3jxkhh": 12}}), names, said) == "张数：县文化馆 12"
    assert noted("{}", names, said) == NOTHING


def test_every_act_has_a_name() -> None:
    in_full = set(written())
    assert len(in_full) > len(ACTIONS) / 2
    assert sorted(action for action in {*in_full, *put_together()} if CODE.search(called(action, said))) == []


def test_something_is_put_together() -> None:
    assert {action.rpartition(".")[2] for action in put_together()} >= ANSWERS.keys()


def test_what_an_act_was_done_to_is_named_within_reach(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    with database.writing() as session:
        campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
    rows = [(campaign_id, "{}"), ("idlisi", "{}"), ("nothing", "{}"), ("", "{}")]
    with database.reading() as session:
        assert names_in(session, rows) == {campaign_id: "群众满意度测评", "idlisi": "李四"}
        limit(session, {"elsewhere"})
        assert names_in(session, rows) == {}


def test_every_kind_of_thing_is_named(database: Database) -> None:
    """An order and a plan by their unit, an item of a plan by its problem."""
    make_ledger(database)
    with database.reading() as session:
        models = (RemedialOrder, UnitPlan, RemedialAction, Round, Unit, VoterGroup)
        ids = [str(session.scalars(select(model.id).limit(1)).one()) for model in models]
        names = names_in(session, [(each, "{}") for each in ids])
    assert names.keys() == set(ids)
