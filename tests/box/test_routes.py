"""The pages of the key-holders: the whole way from the key to the report, and what they refuse."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.accounts import service as accounts
from app.accounts.models import Staff
from app.audit.models import AuditEntry
from app.audit.service import SYSTEM
from app.ballots import store
from app.ballots.models import ENVELOPE
from app.box import holders
from app.box.holder_secret import public_half, read_secret
from app.box.models import KeyHolder
from app.box.openings import Openings
from app.campaigns.models import Campaign
from app.campaigns.reads import SCHEME_JSON
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.offices.models import Office
from app.rounds import moving
from app.rounds.models import Round
from tests.ballots.stores import change_counts, sealed_in
from tests.box.boxes import NOON, Box, hall_paper, make_box, make_round
from tests.box.word_slips import word_numbers_of, words_of
from tests.cast import Desk, make_cast
from tests.waiting import wait_until

ZHANGSAN = Principal("idzhangsan", "张三", "organiser")
LISI = Principal("idlisi", "李四", "scrutineer")


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def desk(new_client: Callable[[], TestClient], database: Database, folder: KeyFolder) -> Callable[[str], Desk]:
    """Log somebody of the cast in, in a browser of his own."""
    with database.writing() as session:
        make_cast(session)
    return lambda login: Desk(new_client(), database, folder, login)


@pytest.fixture
def organiser(desk: Callable[[str], Desk]) -> Desk:
    return desk("zhangsan")


@pytest.fixture
def ready(database: Database) -> str:
    """A frozen round without a key."""
    with database.writing() as session:
        make_round(session, hall_paper())
    return "/rounds/r1"


@pytest.fixture
def box(database: Database, folder: KeyFolder) -> Box:
    """A sealed box of round r1."""
    return make_box(database, folder, ZHANGSAN, hall_paper(), {"residents": 30, "staff": 3})


def openings(desk: Desk) -> Openings:
    return desk.client.app._api.state.openings  # type: ignore[attr-defined,no-any-return]


def begin(desk: Desk) -> None:
    """Start the opening process and wait until it takes shares."""
    assert desk.post("/rounds/r1/opening/begin").status_code == 303
    wait_until(lambda: desk.get("/rounds/r1/opening/progress").json()["phase"] == "waiting")


def give(desk: Desk, *shares: str) -> None:
    for share in shares:
        assert desk.post("/rounds/r1/opening/share", words=share).status_code == 200


def open_it(desk: Desk, box: Box, **fields: str | list[str]) -> None:
    """Open the box by the pages and wait for the end."""
    begin(desk)
    give(desk, *box.shares[:2])
    begun = desk.post("/rounds/r1/opening/start", **fields)
    assert begun.headers["location"] == "/rounds/r1/opening"
    openings(desk).join("r1")


def signs_on(page: str) -> str:
    """Return the signs of the slip on a page."""
    return "".join(re.findall(r"<span data-sign>(.)</span>", page))


IDS = ["idzhangsan", "idlisi", "idwangwu"]


def test_it_works_up_to_the_key(organiser: Desk, desk: Callable[[str], Desk], ready: str, database: Database) -> None:
    assert organiser.get(f"{ready}/key").text.count('name="holder[]"') == 3
    assert organiser.post(f"{ready}/key", **{"holder[]": IDS}).status_code == 303
    shown = []
    for login in ("zhangsan", "lisi", "wangwu"):
        holder = desk(login)
        drawn = holder.post(f"{ready}/key/draw")
        assert drawn.status_code == 200
        assert drawn.headers["cache-control"] == "no-store"
        assert "<svg data-code" in drawn.text
        shown.append(signs_on(drawn.text))
        assert signs_on(holder.get(f"{ready}/key").text) == ""
        assert holder.post(f"{ready}/key/check", words=" ".join(shown[-1])).status_code == 303
    assert [len(signs) for signs in shown] == [12] * 3
    assert "票箱钥匙已生成。请各自保管好钥匙单" in holder.get(f"{ready}/key").text
    page = organiser.get(f"{ready}/key").text
    assert "已核对 3 / 3" in page
    assert "票箱钥匙已生成" in page
    with database.reading() as session:
        log = " ".join(entry.detail for entry in session.scalars(select(AuditEntry)))
    assert not any(signs[at : at + 3] in log for signs in shown for at in range(10))


def test_a_key_that_was_not_made_after_the_last_read_back_is_made_by_hand(
    organiser: Desk, ready: str, database: Database
) -> None:
    with database.writing() as session:
        for number, login in enumerate(IDS, start=1):
            half = public_half(bytes([number] * 16), "r1")
            fields = {"staff_id": login, "name": login, "public_key": half, "checked_at": NOON}
            session.add(KeyHolder(round_id="r1", number=number, **fields))
    assert "生成票箱钥匙" in organiser.get(f"{ready}/key").text
    assert organiser.post(f"{ready}/key/make").status_code == 303
    assert "票箱钥匙已生成" in organiser.get(f"{ready}/key").text


def test_it_refuses_wrong_holders_and_keeps_the_choice(organiser: Desk, ready: str) -> None:
    answer = organiser.post(f"{ready}/key", **{"holder[]": ["idlisi", "", "idwangwu"]})
    assert answer.status_code == 422
    assert '<option value="idlisi" selected>' in answer.text
    fields = {"form_token": organiser.form_token, "holder[]": ["idlisi", "idlisi", "idwangwu"]}
    answer = organiser.client.post(f"{ready}/key", data=fields, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (422, "holder_twice")


def test_it_refuses_wrong_words_and_keeps_what_was_typed(
    organiser: Desk, desk: Callable[[str], Desk], ready: str
) -> None:
    organiser.post(f"{ready}/key", **{"holder[]": IDS})
    words = signs_on(organiser.post(f"{ready}/key/draw").text)
    words = f"{words[:4]}籀{words[5:]}"
    answer = organiser.post(f"{ready}/key/check", words=words)
    assert answer.status_code == 422
    assert "第 5 个字“籀”不在字表中" in answer.text
    assert words in answer.text
    others = signs_on(desk("lisi").post(f"{ready}/key/draw").text)
    answer = organiser.post(f"{ready}/key/check", words=others)
    assert "这是“李四”的钥匙单" in answer.text


def test_who_holds_no_key_draws_none(desk: Callable[[str], Desk], organiser: Desk, ready: str) -> None:
    organiser.post(f"{ready}/key", **{"holder[]": IDS})
    other = desk("qianer")
    assert "抽取我的钥匙单" not in other.get(f"{ready}/key").text
    assert other.post(f"{ready}/key/draw").status_code == 403


@pytest.mark.parametrize("login", ["zhaoliu", "sunqi"])
def test_it_refuses_everyone_else(desk: Callable[[str], Desk], ready: str, login: str) -> None:
    other = desk(login)
    for path in ("key", "opening", "opening/progress", "scrutiny"):
        assert other.get(f"{ready}/{path}").status_code == 403
    for path in ("key", "key/draw", "key/check", "key/make", "opening/begin", "opening/share", "opening/start"):
        assert other.post(f"{ready}/{path}").status_code == 403


def test_a_scrutineer_neither_names_holders_nor_opens(desk: Callable[[str], Desk], ready: str) -> None:
    scrutineer = desk("lisi")
    assert scrutineer.post(f"{ready}/key", **{"holder[]": IDS}).status_code == 403
    for path in ("begin", "start"):
        assert scrutineer.post(f"{ready}/opening/{path}").status_code == 403


def test_it_works_from_the_shares_to_the_report(
    organiser: Desk, desk: Callable[[str], Desk], box: Box, database: Database
) -> None:
    assert "开始开箱" in organiser.get("/rounds/r1/opening").text
    begin(organiser)
    scrutineer = desk("lisi")
    assert "已输入 0 份，需要 2 份" in scrutineer.get("/rounds/r1/opening").text
    page = scrutineer.post("/rounds/r1/opening/share", words="\u3000".join(box.shares[1]))
    assert page.status_code == 200
    assert "已输入 1 份，需要 2 份" in page.text
    assert "已收到这份钥匙" in page.text
    page = organiser.post("/rounds/r1/opening/share", words=box.shares[0], others="周八")
    assert "钥匙已齐" in page.text
    assert "周八" in page.text
    assert not any(share in page.text for share in box.shares)
    begun = organiser.post("/rounds/r1/opening/start", others="周八", **{"present[]": ["王五"]})
    assert begun.headers["location"] == "/rounds/r1/opening"
    openings(organiser).join("r1")
    progress = organiser.get("/rounds/r1/opening/progress").json()
    assert progress == {"running": False, "phase": "done", "done": 33, "total": 33, "holders": {}}
    assert "开箱完成" in organiser.get("/rounds/r1/opening").text
    report = organiser.get("/rounds/r1/scrutiny").text
    for wanted in ("由张三、李四输入", "王五", "周八", "共拆信封 33 个", box.paper.title, "钥匙部分已销毁"):
        assert wanted in report
    with database.reading() as session:
        log = " ".join(entry.detail for entry in session.scalars(select(AuditEntry)))
    assert not any(group in log for share in box.shares for group in share.split())


def camera(desk: Desk, path: str) -> str:
    """Return what the page at ``path`` may do with the camera; it never hears."""
    (told,) = desk.get(path).headers.get_list("permissions-policy")
    assert "microphone=()" in told
    (of_camera,) = [one for one in told.split(",") if one.startswith("camera")]
    return of_camera


def test_a_holder_may_use_the_camera_while_his_slip_is_to_be_read_back(
    desk: Callable[[str], Desk], database: Database, ready: str
) -> None:
    half = public_half(bytes(16), "r1")
    holder, page = desk("lisi"), f"{ready}/key"
    with database.writing() as session:
        holders.name_holders(Acting(session, NOON, ZHANGSAN), "r1", ["idzhangsan", "idlisi", "idwangwu"])
    assert camera(holder, page) == "camera=()"
    with database.writing() as session:
        holders.draw(Acting(session, NOON, LISI), "r1", half)
    assert camera(holder, page) == "camera=(self)"
    assert camera(desk("wangwu"), page) == "camera=()"
    with database.writing() as session:
        holders.read_back(Acting(session, NOON, LISI), "r1", half)
    assert camera(holder, page) == "camera=()"


@pytest.mark.usefixtures("box")
def test_the_opening_may_use_the_camera_while_it_waits_for_slips(organiser: Desk) -> None:
    assert camera(organiser, "/rounds/r1/opening") == "camera=()"
    begin(organiser)
    assert camera(organiser, "/rounds/r1/opening") == "camera=(self)"
    assert camera(organiser, "/rounds/r1") == camera(organiser, "/v") == "camera=()"


def test_slips_of_words_still_open_their_box(organiser: Desk, desk: Callable[[str], Desk], box: Box) -> None:
    """Drawn before signs were: one holder types words, the other their numbers."""
    begin(organiser)
    first, second = (words_of(read_secret(share)) for share in box.shares[:2])
    assert "已输入 1 份" in organiser.post("/rounds/r1/opening/share", words=first.upper()).text
    assert "钥匙已齐" in desk("lisi").post("/rounds/r1/opening/share", words="".join(word_numbers_of(second))).text


def test_the_report_tells_no_number_of_a_small_group(organiser: Desk, box: Box) -> None:
    """The staff gave 3 ballots of 60 slips: neither 3 nor 57 stands anywhere, nor what they follow from."""
    open_it(organiser, box)
    report = organiser.get("/rounds/r1/scrutiny").text
    cells = [cell.strip() for cell in re.findall(r'<td class="num">(.*?)</td>', report)]
    assert cells[5] == "33"
    assert not {"3", "30", "57"} & set(cells)
    assert "residents、staff" in report


@pytest.mark.parametrize("two_person", [True, False])
def test_the_report_names_accounts_that_nobody_agreed_to_and_says_who_decided_alone(
    organiser: Desk,
    database: Database,
    folder: KeyFolder,
    two_person: bool,
) -> None:
    """Made at the machine before the freeze, a ghost held a key and stood nowhere (SEC-77)."""
    before, paper = NOON - timedelta(days=9), replace(hall_paper(), two_person=two_person)
    with database.writing() as session:
        for login, name in (("ghost", "幽灵"), ("known", "熟人")):
            accounts.create_account(session, before, SYSTEM, (login, name, "scrutineer"))
        ghost, known = session.scalars(
            select(Staff.id).where(Staff.login.in_(["ghost", "known"])).order_by(Staff.login)
        )
        accounts.reissue_link(session, before, ZHANGSAN, known, "consent")
    box = make_box(database, folder, ZHANGSAN, paper, {"residents": 30, "staff": 3})
    with database.writing() as session:
        accounts.set_disabled(session, before, ZHANGSAN, "idwangwu", disabled=True)
        accounts.set_disabled(session, NOON, ZHANGSAN, "idwangwu", disabled=False)
    open_it(organiser, box)
    with database.writing() as session:
        accounts.reissue_link(session, NOON, ZHANGSAN, ghost, "consent")
        accounts.create_account(session, NOON, SYSTEM, ("later", "后来", "scrutineer"))
    report = organiser.get("/rounds/r1/scrutiny").text
    named = re.findall("没有经第二人同意的账号：([^。]+)。", report)[0].split("、")
    assert "幽灵" in named
    assert {"熟人", "后来"}.isdisjoint(named)
    assert "冻结后新建、启用、增加角色或重发登录链接的账号：王五。" in report
    assert ("由一人办理" in report) is not two_person


def test_the_report_goes_by_the_office_that_the_round_had_at_its_opening(
    organiser: Desk, database: Database, folder: KeyFolder
) -> None:
    """The attack: the campaign is given to another office before anybody prints, and a ghost of the old one is gone."""
    with database.writing() as session:
        accounts.create_account(session, NOON - timedelta(days=9), SYSTEM, ("ghost", "幽灵", "scrutineer"))
        paper = hall_paper()
        session.add(Office(id="east", parent_id="root", name="东县", position=0, is_closed=False))
        session.flush()
        session.execute(update(Staff).where(Staff.login == "ghost").values(office_id="east"))
    box = make_box(database, folder, ZHANGSAN, paper, {"residents": 30, "staff": 3})
    with database.writing() as session:
        scheme = SCHEME_JSON.dump_json(paper.scheme).decode()
        session.execute(update(Campaign).values(office_id="east", scheme=scheme))
    open_it(organiser, box)
    assert "幽灵" in organiser.get("/rounds/r1/scrutiny").text
    with database.writing() as session:
        campaign_id = session.scalars(select(Round.campaign_id)).one()
        moving.move(Acting(session, NOON, ZHANGSAN), campaign_id, "root", lambda *_: {})
    assert "幽灵" in organiser.get("/rounds/r1/scrutiny").text


def test_a_failed_opening_is_told(organiser: Desk, box: Box, database: Database) -> None:
    with store.writing(database, "r1") as connection:
        first = sealed_in(database, "r1")[0].id
        connection.execute(ENVELOPE.update().where(ENVELOPE.c.id == first).values(sealed=bytes(100)))
    open_it(organiser, box)
    page = organiser.get("/rounds/r1/opening")
    assert "票箱内容被人绕过本系统改动过" in page.text
    assert "开始开箱" in page.text


@pytest.mark.usefixtures("box")
def test_an_obstacle_is_told_before_anybody_types(organiser: Desk, database: Database) -> None:
    change_counts(database, "r1", "staff", proved=False, envelopes=-1)
    page = organiser.get("/rounds/r1/opening")
    assert "信封 32 个" in page.text
    assert "33 张" in page.text
    assert 'name="words"' not in page.text


@pytest.mark.parametrize("shares", [0, 1])
def test_it_refuses_to_start_without_enough_shares(organiser: Desk, box: Box, shares: int) -> None:
    begin(organiser)
    give(organiser, *box.shares[:shares])
    answer = organiser.post("/rounds/r1/opening/start", **{"present[]": ["张三"]})
    assert answer.status_code == 422
    assert f"现有 {shares} 份" in answer.text
    assert f"已输入 {shares} 份" in answer.text


def test_it_refuses_a_share_twice_a_foreign_one_and_one_too_many(organiser: Desk, box: Box) -> None:
    begin(organiser)
    give(organiser, box.shares[0])
    answer = organiser.post("/rounds/r1/opening/share", words=box.shares[0])
    assert answer.status_code == 422
    answer = organiser.post("/rounds/r1/opening/share", words="cat dog")
    assert answer.status_code == 422
    assert "cat dog" in answer.text
    assert "已输入 1 份" in answer.text
    give(organiser, box.shares[1])
    assert organiser.post("/rounds/r1/opening/share", words=box.shares[2]).status_code == 422


def test_it_refuses_shares_and_the_word_before_the_process_waits(organiser: Desk, box: Box) -> None:
    assert organiser.post("/rounds/r1/opening/share", words=box.shares[0]).status_code == 409
    assert organiser.post("/rounds/r1/opening/start", **{"present[]": ["张三"]}).status_code == 409


@pytest.mark.parametrize("state", ["ready", "open", "void", "counted"])
def test_it_refuses_an_opening_in_any_other_state(organiser: Desk, box: Box, database: Database, state: str) -> None:
    with database.writing() as session:
        session.execute(update(Round).where(Round.id == "r1").values(state=state))
    assert organiser.get("/rounds/r1/opening").status_code == 200
    assert organiser.post("/rounds/r1/opening/begin").status_code == 409
    assert organiser.post("/rounds/r1/opening/start", **{"present[]": ["张三"]}).status_code == 409
    assert organiser.post("/rounds/r1/opening/share", words=box.shares[0]).status_code == 409
    assert organiser.get("/rounds/r1/scrutiny").status_code == 409


def test_unknown_rounds_are_not_found(organiser: Desk) -> None:
    for path in ("key", "opening", "opening/progress", "scrutiny"):
        assert organiser.get(f"/rounds/nothing/{path}").status_code == 404
