"""The pages of slips, and the hall screen."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from app.ballots.domain import CodeState
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.rounds import service as rounds
from app.rounds.reads import frozen_paper
from app.rounds.service import RoundDraft
from app.slips import reads
from app.slips.print_order import PrintOrder, print_slips
from tests import pdf_pages
from tests.cast import MORNING, Desk, make_cast, make_ready, prepare
from tests.factories import set_code_state

DRAFT = RoundDraft("第一轮", "t2", key_needed=1, key_holders=1, wifi_name="礼堂", wifi_password="wifi-password")
ACTOR = Principal("idzhangsan", "张三", "organiser")


@pytest.fixture
def keys(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def desk(new_client: Callable[[], TestClient], database: Database, keys: KeyFolder) -> Desk:
    """The browser of 张三."""
    with database.writing() as session:
        make_cast(session)
    return Desk(new_client(), database, keys, "zhangsan")


@pytest.fixture
def round_id(desk: Desk, database: Database) -> str:
    assert desk
    with database.writing() as session:
        return make_ready(Acting(session, MORNING, ACTOR), draft=DRAFT)


@pytest.fixture
def groups(database: Database, round_id: str) -> list[str]:
    with database.reading() as session:
        return [group.id for group in frozen_paper(session, round_id)[0].groups]


def test_it_works(desk: Desk, round_id: str, groups: list[str]) -> None:
    page = f"/rounds/{round_id}/slips"
    assert "党代表" in desk.get(page).text
    answer = desk.post(f"{page}/print", here_only="1", **{f"n-{group}": "12" for group in groups})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "演练" not in unquote(answer.headers["content-disposition"])
    assert "/notices/" not in pdf_pages.text(answer.content)
    with_backs = desk.post(f"{page}/print", here_only="1", **{f"n-{groups[0]}": "12"}, backs="1", again="1").content
    [front, back] = pdf_pages.reader(with_backs).pages
    assert "/notices/" not in front.extract_text()
    assert f"/notices/{round_id}" in back.extract_text().replace("\u200b", "").replace("\n", "")


def test_slips_of_a_rehearsal_are_called_so(desk: Desk, round_id: str, groups: list[str]) -> None:
    made = desk.post(f"/rounds/{round_id}/rehearsal").headers["location"].partition("/slips")[0]
    answer = desk.post(f"{made}/slips/print", here_only="1", **{f"n-{groups[0]}": "１２"})
    assert "测评票（演练）-第一轮" in unquote(answer.headers["content-disposition"])


def test_printing_leaves_nothing_on_the_disk(desk: Desk, round_id: str, groups: list[str], settings: Settings) -> None:
    def files() -> set[Path]:
        return {path for path in settings.data.rglob("*") if path.is_file() and "journal" not in path.name}

    desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **{f"n-{groups[0]}": "12"})  # makes the box
    before = files()
    pdf = desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **{f"n-{groups[0]}": "12"}, again="1").content
    assert files() == before
    assert not [path for path in before if pdf[:200] in path.read_bytes()]


def test_a_refused_number_is_kept_and_nothing_is_issued(
    desk: Desk, database: Database, round_id: str, groups: list[str]
) -> None:
    for typed in ("4", "x", "99999", "-3", "20001"):
        answer = desk.post(
            f"/rounds/{round_id}/slips/print", here_only="1", **{f"n-{groups[0]}": typed, f"n-{groups[1]}": "13"}
        )
        assert 400 <= answer.status_code < 500
        assert f'value="{typed}"' in answer.text
        assert 'value="13"' in answer.text
    assert desk.post(f"/rounds/{round_id}/slips/print").status_code >= 400
    with database.reading() as session:
        assert reads.batches(session, round_id) == []


def test_a_batch_is_voided_with_a_reason(desk: Desk, database: Database, round_id: str, groups: list[str]) -> None:
    desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **{f"n-{groups[0]}": "12"})
    with database.reading() as session:
        [batch] = reads.batches(session, round_id)
    where = f"/rounds/{round_id}/slips/batches/{batch.id}/void"
    assert desk.post(where, reason="").status_code == 422
    assert desk.post(where, reason="打印坏了").status_code == 303
    assert "打印坏了" in desk.get(f"/rounds/{round_id}/slips/batches").text
    assert "其中作废的 1 批" in desk.get(f"/rounds/{round_id}/slips").text
    assert desk.post(where, reason="打印坏了").status_code == 409


def test_a_second_set_of_slips_is_asked_for_twice(
    desk: Desk, database: Database, round_id: str, groups: list[str]
) -> None:
    wanted = {f"n-{groups[0]}": "12", f"n-{groups[1]}": "15"}
    assert desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **wanted).content.startswith(b"%PDF-")
    page = desk.get(f"/rounds/{round_id}/slips").text
    assert "本轮已印 27 张还有效" in page
    refused = desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **wanted)
    assert refused.status_code == 409
    assert "再印 27 张？本轮已印 27 张还有效" in refused.text
    assert 'value="15"' in refused.text
    unsaid = desk.post(f"/rounds/{round_id}/slips/print", here_only="1")
    assert "没有填写要印的张数" in unsaid.text, "without numbers there is no second set to ask about"
    assert desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **wanted, again="1").content.startswith(b"%PDF-")
    assert printed(database, round_id) == [(12, 0), (12, 0), (15, 0), (15, 0)]
    assert desk.post(f"/rounds/{round_id}/slips/void", reason="").status_code == 422
    assert desk.post(f"/rounds/{round_id}/slips/void", reason="纸卡住了").status_code == 303
    assert printed(database, round_id) == [(12, 12), (12, 12), (15, 15), (15, 15)]
    assert desk.post(f"/rounds/{round_id}/slips/void", reason="纸卡住了").status_code == 409
    again = desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **wanted)
    assert again.content.startswith(b"%PDF-"), "with nothing left that counts there is nothing to confirm"
    assert f"{MORNING:%Y%m%d}.pdf" in again.headers["content-disposition"]


def printed(database: Database, round_id: str) -> list[tuple[int, int]]:
    with database.reading() as session:
        return sorted((batch.printed, batch.voided) for batch in reads.batches(session, round_id))


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_slips_that_no_phone_could_follow_are_asked_for_twice(
    database: Database, keys: KeyFolder, round_id: str, groups: list[str], address: str
) -> None:
    order = PrintOrder({groups[0]: 12})
    with database.writing() as session:
        with pytest.raises(DomainError) as refused:
            print_slips(Acting(session, MORNING, ACTOR), keys, address, round_id, order)
        assert refused.value.code == "slips_lead_nowhere"
        print_slips(Acting(session, MORNING, ACTOR), keys, address, round_id, replace(order, here_only=True))
    assert printed(database, round_id) == [(12, 0)]


def test_an_address_that_does_not_answer_is_asked_about(
    database: Database, keys: KeyFolder, round_id: str, groups: list[str]
) -> None:
    order = PrintOrder({groups[0]: 12}, unanswered=True)
    with database.writing() as session:
        acting = Acting(session, MORNING, ACTOR)
        with pytest.raises(DomainError) as refused:
            print_slips(acting, keys, "https://vote.example.cn", round_id, order)
        assert refused.value.code == "slips_unanswered"
        print_slips(acting, keys, "https://vote.example.cn", round_id, replace(order, here_only=True))
    assert printed(database, round_id) == [(12, 0)]


def test_the_address_on_the_slips_is_shown_before_they_are_printed(
    desk: Desk, round_id: str, settings: Settings
) -> None:
    assert f"<strong>{settings.base_url}/v</strong>" in desk.get(f"/rounds/{round_id}/slips").text


def test_signs_that_no_font_has_are_named_before_slips_are_printed(
    desk: Desk, database: Database, round_id: str, groups: list[str]
) -> None:
    """The network's name may be set after the freeze; a mark in its place is printed only knowingly."""
    page, wanted = f"/rounds/{round_id}/slips", {f"n-{groups[0]}": "12", "here_only": "1"}
    assert 'name="marked"' not in desk.get(page).text
    assert desk.post(f"/rounds/{round_id}/wifi", wifi_name="礼堂🎉", wifi_password="").status_code == 303
    assert "网络名称“礼堂🎉”里的“🎉”（U+1F389）" in desk.get(page).text
    refused = desk.post(f"{page}/print", **wanted)
    assert (refused.status_code, "礼堂🎉：🎉（U+1F389）。没有印" in refused.text) == (422, True)
    assert printed(database, round_id) == []
    made = desk.post(f"{page}/print", **wanted, marked="1").content
    assert "礼堂〓" in pdf_pages.text(made).replace("\u200b", "")
    assert 0 not in pdf_pages.glyphs(made)


def test_counts_that_cannot_be_right_are_refused_and_kept(desk: Desk, round_id: str, groups: list[str]) -> None:
    desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **{f"n-{group}": "12" for group in groups})
    typed = {f"spare-{group}": "13" for group in groups} | {f"back-{group}": "1" for group in groups}
    answer = desk.post(f"/rounds/{round_id}/slips/counts", **typed)
    assert 400 <= answer.status_code < 500
    assert answer.text.count('value="13"') == 2
    good = {f"spare-{group}": "3" for group in groups} | {f"back-{group}": "1" for group in groups}
    assert desk.post(f"/rounds/{round_id}/slips/counts", **good).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("present", "900"),
        ("spare", "13"),
        *((name, text) for name in ("present", "spare", "back") for text in ("-1", "三")),
    ],
)
def test_a_count_that_is_refused_is_told_beside_its_field(
    desk: Desk, round_id: str, groups: list[str], field: str, value: str
) -> None:
    desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **{f"n-{group}": "12" for group in groups})
    fields = {f"{name}-{group}": "1" for group in groups for name in ("present", "spare", "back")}
    fields |= {f"{field}-{groups[1]}": value}
    page = desk.post(f"/rounds/{round_id}/slips/counts", **fields).text
    assert marked(page) == [(f"{field}-{groups[1]}", f"wrong-{groups[1]}")]
    assert f'id="wrong-{groups[1]}"' in page


def test_a_number_to_print_that_is_refused_is_told_beside_its_field(
    desk: Desk, round_id: str, groups: list[str]
) -> None:
    wanted = {f"n-{groups[0]}": "12", f"n-{groups[1]}": "一些"}
    page = desk.post(f"/rounds/{round_id}/slips/print", here_only="1", **wanted).text
    assert marked(page) == [(f"n-{groups[1]}", f"wrong-{groups[1]}")]


def marked(page: str) -> list[tuple[str, str]]:
    """Return the fields that are marked as wrong, and what says why."""
    return re.findall(r'<input [^>]*name="([\w-]+)"[^>]*aria-invalid="true" aria-describedby="([\w-]+)"', page)


def test_no_page_tells_of_a_single_ballot_while_the_round_is_open(
    desk: Desk, database: Database, keys: KeyFolder, round_id: str
) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, ACTOR)
        _, codes = prepare(acting, keys, round_id)
        rounds.open_round(acting, keys, PORTS, round_id)
    pages = [f"/rounds/{round_id}", f"/rounds/{round_id}/slips", f"/rounds/{round_id}/hall", "/rounds"]
    seen = {page: desk.get(page).text for page in pages}
    all_codes = [code for some in codes.values() for code in some]
    for code in all_codes[:4]:
        set_code_state(database, keys, code, CodeState.SPENT)
        assert {page: desk.get(page).text for page in pages} == seen
    set_code_state(database, keys, all_codes[4], CodeState.SPENT)
    assert {page: desk.get(page).text for page in pages} != seen


FEW = 8
"""Slips of the first voter group of the cast."""


def test_voiding_while_the_round_is_open_tells_of_no_ballot(desk: Desk, database: Database, keys: KeyFolder) -> None:
    """Nor that none was left: else five slips in five hands would tell that these five have voted (SEC-11)."""

    def seen_after(used: int, of_others: int) -> list[str]:
        with database.writing() as session:
            acting = Acting(session, MORNING, ACTOR)
            round_id = make_ready(acting, draft=DRAFT)
            _, codes = prepare(acting, keys, round_id)
            rounds.open_round(acting, keys, PORTS, round_id)
        (group, printed), (_, others) = list(codes.items())[:2]
        assert len(printed) == FEW
        for code in [*printed[:used], *others[:of_others]]:
            set_code_state(database, keys, code, CodeState.SPENT)
        with database.reading() as session:
            [batch] = [one.id for one in reads.batches(session, round_id) if one.group_id == group]
        answers = [desk.post(f"/rounds/{round_id}/slips/batches/{batch}/void", reason="票被人拿走了")]
        answers.append(desk.post(f"/rounds/{round_id}/slips/batches/{batch}/void", reason="票被人拿走了"))
        answers += [desk.get(f"/rounds/{round_id}{page}") for page in ("", "/slips", "/slips/batches")]
        for spare in (0, 1, len(printed) - 3, len(printed) - 1, len(printed), len(printed) + 1):
            typed = {f"{name}-{each}": "0" for each in codes for name in ("spare", "back", "present")}
            answers.append(desk.post(f"/rounds/{round_id}/slips/counts", **typed | {f"spare-{group}": str(spare)}))
            answers.append(desk.get(f"/rounds/{round_id}/slips"))
        answers.append(desk.post(f"/rounds/{round_id}/slips/void", reason="票被人拿走了"))
        return [f"{answer.status_code} {re.sub(r'[0-9a-z]{20,}', '', answer.text)}" for answer in answers]

    nobody = seen_after(0, 0)
    assert [answer[:3] for answer in nobody[:2]] == ["303", "409"]
    assert {answer[:3] for answer in nobody[5:]} == {"303", "200", "422"}
    assert seen_after(3, 0) == nobody
    assert seen_after(FEW, 0) == seen_after(FEW - 1, 1)


def test_the_hall_screen_asks_again_by_itself(desk: Desk, database: Database, keys: KeyFolder, round_id: str) -> None:
    with database.writing() as session:
        prepare(Acting(session, MORNING, ACTOR), keys, round_id)
    answer = desk.get(f"/rounds/{round_id}/hall")
    assert answer.headers["refresh"].isdigit()
    assert "礼堂" in answer.text
    assert "wifi-password" in answer.text


def test_the_hall_screen_shows_the_network_as_it_was_typed(
    desk: Desk, database: Database, keys: KeyFolder, round_id: str
) -> None:
    """In English too, where sentences are parted: a password with a space in it opens no network."""
    assert (
        desk.post(f"/rounds/{round_id}/wifi", wifi_name="St.James", wifi_password="hall.Meeting26").status_code == 303
    )
    with database.writing() as session:
        prepare(Acting(session, MORNING, ACTOR), keys, round_id)
    page = desk.get(f"/rounds/{round_id}/hall?lang=en").text
    assert "St.James" in page
    assert "hall.Meeting26" in page
