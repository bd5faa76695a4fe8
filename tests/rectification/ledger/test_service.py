"""Actions of the ledger in the database."""

import io
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.acting import Acting, Principal
from app.core.chinese import day_however_written, english_day
from app.core.db import Database
from app.rectification.ledger import attachments, recording
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.export import ledger_workbook
from app.rectification.ledger.reads import EVERYTHING, picked_rows
from app.rectification.ledger.recording import Change
from app.rectification.ledger.votes import with_votes
from app.rectification.ledger.workbook import (
    LATER,
    LISTING,
    NEW_PROGRESS,
    PROBLEM_SENTENCES,
    RATING,
    RULES,
    Mismatch,
    Preview,
    apply_changes,
    carry,
    preview_carried,
    preview_upload,
)
from app.rectification.models import RemedialAction
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.plans import ActionKind
from app.reports.language import written_in
from app.web.forms import Upload
from tests.cast import MORNING, refuses
from tests.rectification.flagged import WU, ZHANG, ZHENG, later, make_action, make_ledger

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class Work:
    """A ledger of one action, and what is done to it."""

    session: Session
    action_id: str

    def do(self, who: Principal, event: ActionEvent, text: str = "", days: int = 0) -> str:
        acting = Acting(self.session, MORNING + timedelta(days=days), who)
        return ledger_acts.act(acting, self.action_id, event, text)

    def state(self, days: int = 0) -> tuple[str, bool]:
        found = ledger_acts.get_action(self.session, ZHANG, self.action_id, later(days))
        return found.row.state, found.is_overdue


def test_it_works(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        work = Work(session, action_id)
        work.do(WU, ActionEvent.PROGRESS, "排班已调整")
        work.do(WU, ActionEvent.COMPLETE, "已开放", days=1)
        assert work.state() == ("completed", False)
        work.do(ZHENG, ActionEvent.ACCEPT, days=2)
        assert work.state(400) == ("closed_out", False)
        assert [entry.event for entry in ledger_acts.entries_of(session, action_id)] == [
            "progress",
            "complete",
            "accept",
        ]


def test_nobody_accepts_his_own_work(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database, make_action(owner="郑十"))
    with database.writing() as session:
        work = Work(session, action_id)
        work.do(WU, ActionEvent.PROGRESS, "在做")
        work.do(WU, ActionEvent.COMPLETE, "做完")
        with refuses("acceptor_is_owner"):
            work.do(ZHENG, ActionEvent.ACCEPT)
        with refuses("role_refused"):
            work.do(WU, ActionEvent.ACCEPT)
        work.do(ZHANG, ActionEvent.ACCEPT)


def test_overdue_is_date_arithmetic_and_explained_is_no_delay(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        work = Work(session, action_id)
        assert [work.state(days)[1] for days in (20, 21)] == [False, True]
        with refuses("action_explanation_missing"):
            work.do(WU, ActionEvent.EXPLAIN)
        work.do(WU, ActionEvent.EXPLAIN, "场地正在改造，已在村务公开栏说明")
        assert work.state(400) == ("explained", False)


def test_more_time_is_asked_for_before_the_last_day_and_granted_by_another(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        unit = Acting(session, MORNING, WU)
        with refuses("extension_too_late"):
            late = Acting(session, MORNING + timedelta(days=20), WU)
            ledger_acts.request_extension(late, action_id, later(42), "设备未到")
        with refuses("deadline_day_off"):
            ledger_acts.request_extension(unit, action_id, later(40), "设备未到")
        ledger_acts.request_extension(unit, action_id, later(42), "设备未到")
        with refuses("extension_pending"):
            ledger_acts.request_extension(unit, action_id, later(50), "设备未到")
        (asked,) = ledger_acts.extensions_of(session, action_id)
        with refuses("extension_by_asker"):
            ledger_acts.decide(unit, action_id, asked.id, granted=True)
        ledger_acts.decide(Acting(session, MORNING, ZHENG), action_id, asked.id, granted=True)
        assert Work(session, action_id).state(30) == ("announced", False)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.exe", b"MZ" + b"\0" * 64, "attachment_type"),
        ("x.pdf", b"<html>alert(1)</html>", "attachment_type"),
        ("x.png", PDF, "attachment_type"),
        ("x.docx", b"not a package", "attachment_type"),
        ("x.pdf", PDF + b"\0" * (3 * 1024**2), "attachment_too_large"),
    ],
)
def test_it_refuses_files_that_are_not_what_they_say(
    database: Database, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        entry = Work(session, action_id).do(WU, ActionEvent.PROGRESS, "见附件")
        with refuses(code):
            attachments.attach(Acting(session, MORNING, WU), tmp_path, (action_id, entry), Upload(name, content))
        assert not list(tmp_path.glob("attachments/*"))


def test_a_file_is_kept_outside_the_web_and_checked_when_read(database: Database, tmp_path: Path) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        entry = Work(session, action_id).do(WU, ActionEvent.PROGRESS, "见附件")
        upload = Upload("..\\..\\照片/整改 证明<1>.pdf", PDF)
        attachments.attach(Acting(session, MORNING, WU), tmp_path, (action_id, entry), upload)
        (file,) = attachments.files_of(session, action_id)
        assert file.name == "整改 证明1.pdf"
        assert attachments.read(session, tmp_path, action_id, file.id) == (file.name, PDF)
        with refuses("not_found"):
            attachments.read(session, tmp_path, "other", file.id)
        (tmp_path / "attachments" / file.id).write_bytes(b"changed")
        with refuses("attachment_damaged"):
            attachments.read(session, tmp_path, action_id, file.id)


def exported(session: Session, who: Principal = WU, language: str = "zh") -> bytes:
    """Write the ledger as a workbook, by a thread that holds no transaction."""
    rows = with_votes(session, who, MORNING, picked_rows(session, who, MORNING.date(), EVERYTHING))

    def written() -> bytes:
        with written_in(language, {}):
            return ledger_workbook(rows)

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(written).result()


def edited(content: bytes, changes: dict[tuple[int, str], str]) -> bytes:
    """Write texts into the workbook, of either language: (row, Chinese heading) → text."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    heads = {name: cell.column for cell in sheet[1] for name in (LISTING.key(cell.value)[0], cell.value)}
    for (row, head), text in changes.items():
        sheet.cell(row, heads[head], text)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def known(acting: Acting) -> list[ledger_acts.LedgerRow]:
    rows = picked_rows(acting.session, acting.actor, MORNING.date(), EVERYTHING)
    return with_votes(acting.session, acting.actor, MORNING, rows)


def changes_of(acting: Acting, content: bytes) -> tuple[list[Change], list[Mismatch]]:
    """Compare a workbook with the ledger, read by a thread that holds no transaction."""
    rows = known(acting)
    with ThreadPoolExecutor(1) as aside:
        found = aside.submit(preview_upload, acting, rows, content).result()
    assert found.is_whole == (not found.wrong)
    return [change for change, _ in found.changes], list(found.wrong)


def test_the_workbook_goes_out_and_comes_back(database: Database) -> None:
    _, _, ids = make_ledger(database, make_action(problem="=1+1", measures="第一行\n第二行"), make_action(problem="乙"))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        assert changes_of(acting, exported(session)) == ([], [])
        back = edited(exported(session), {(2, NEW_PROGRESS): "已完成一半", (3, RATING): "满意"})
        changes, wrong = changes_of(acting, back)
        assert wrong == []
        assert [(change.action_id, change.progress, change.public_rating) for change in changes] == [
            (ids[0], "已完成一半", None), (ids[1], "", "满意"),
        ]  # fmt: skip
        assert apply_changes(acting, changes) == 2
        first, second = (ledger_acts.get_action(session, ZHANG, each, MORNING.date()).row for each in ids)
        assert (first.state, first.progress, first.progress_on) == ("in_progress", "已完成一半", MORNING.date())
        assert (second.state, second.public_rating) == ("announced", "满意")
        entries = [[entry.event for entry in ledger_acts.entries_of(session, each)] for each in ids]
        assert entries == [["progress"], ["public_rating"]]
        assert changes_of(acting, exported(session)) == ([], [])


def test_a_workbook_that_went_out_earlier_overwrites_nothing_entered_since(database: Database) -> None:
    """What a row did not touch stays as it is now; what both changed is named, and nothing comes in."""
    _, _, ids = make_ledger(database, make_action(problem="甲"), make_action(problem="乙"))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        recording.name_rules(acting, ids[0], "《旧办法》")
        before = exported(session)
        recording.name_rules(acting, ids[0], "《值班办法》")
        recording.rate(acting, ids[1], "群众满意")
        for typed in ({}, {(2, NEW_PROGRESS): "已排班"}):
            found, wrong = changes_of(acting, edited(before, typed))
            assert ([(each.public_rating, each.rules_made) for each in found], wrong) == (
                [(None, None)][: len(typed)],
                [],
            )
        _, wrong = changes_of(acting, edited(before, {(2, RULES): "《新办法》", (3, RATING): "不满意"}))
        assert wrong == [
            Mismatch(2, "changed_since", {"column": RULES, "value": "《值班办法》"}),
            Mismatch(3, "changed_since", {"column": RATING, "value": "群众满意"}),
        ]
        recording.name_rules(acting, ids[0], "")
        _, wrong = changes_of(acting, edited(before, {(2, RULES): "《新办法》"}))
        assert [(each.row, each.code) for each in wrong] == [(2, "emptied_since")]
        recording.name_rules(acting, ids[0], "《值班办法》")
        same, wrong = changes_of(acting, edited(before, {(2, RULES): "《值班办法》", (3, RATING): "群众满意"}))
        assert (same, wrong) == ([], [])
        emptied, wrong = changes_of(acting, edited(exported(session), {(2, RULES): "", (3, RATING): ""}))
        assert ([(each.public_rating, each.rules_made) for each in emptied], wrong) == ([(None, ""), ("", None)], [])


def test_a_second_upload_of_one_workbook_is_not_called_somebody_else_s(database: Database) -> None:
    make_ledger(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        book = exported(session)
        changes, _ = changes_of(acting, edited(book, {(2, RATING): "满意"}))
        apply_changes(acting, changes)
        _, (wrong,) = changes_of(acting, edited(book, {(2, RATING): "基本满意"}))
    told = PROBLEM_SENTENCES[wrong.code] % wrong.params
    assert told == "“群众评价”在导出以后已改为“满意”，也可能是您上次导入的。请重新导出台账，在新表格里填。"


def test_what_was_entered_after_the_preview_is_not_overwritten(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        book = openpyxl.load_workbook(io.BytesIO(edited(exported(session), {(2, RULES): "《新办法》"})))
        parts = carry(_previewed(acting, book))
        recording.rate(acting, action_id, "群众满意")
        assert preview_carried(acting, known(acting), parts).is_whole
        recording.name_rules(acting, action_id, "《值班办法》")
        (wrong,) = preview_carried(acting, known(acting), parts).wrong
        assert (wrong.code, wrong.params) == ("changed_since", {"column": RULES, "value": "《值班办法》"})


def test_kinds_and_rules_made_go_out_and_come_back_under_any_of_their_titles(database: Database) -> None:
    _, _, ids = make_ledger(
        database, make_action(kind=ActionKind.AT_ONCE), make_action(problem="乙", kind=ActionKind.LASTING, due=None)
    )
    with database.writing() as session:
        acting = Acting(session, MORNING, WU)
        recording.name_rules(acting, ids[0], "《值班办法》\n\n 《值班办法》 \n《开放公告制度》")
        assert ledger_acts.entries_of(session, ids[0])[0].text == "《值班办法》\n《开放公告制度》"
        book = openpyxl.load_workbook(io.BytesIO(exported(session)))
        sheet = book.active
        assert sheet is not None
        heads, *rows = sheet.iter_rows(values_only=True)
        told = [[row[heads.index(head)] for head in ("分类", "时限类型", "完成时限", RULES, "制度数")] for row in rows]
        due = "2026年12月13日"
        assert told == [
            ["立行立改", "近期", due, "《值班办法》\n《开放公告制度》", "2"],
            ["长期坚持", "长期", None, None, None],
        ]
        changed = {(2, RULES): "《值班办法》", (3, RULES): "《下乡演出办法》"}
        back = openpyxl.load_workbook(io.BytesIO(edited(exported(session), changed)))
        assert back.active is not None
        for old, new in ((RULES, "建章立制"), ("分类", "整改类型"), ("整改措施", "具体措施")):
            back.active.cell(1, heads.index(old) + 1, new)
        found = _previewed(acting, back)
        assert [(each.action_id, each.rules_made) for each, _ in found.changes] == [
            (ids[0], "《值班办法》"), (ids[1], "《下乡演出办法》"),
        ]  # fmt: skip
        assert preview_carried(acting, known(acting), carry(found)).changes == found.changes
        apply_changes(acting, [change for change, _ in found.changes])
        rows_now = [ledger_acts.get_action(session, WU, each, MORNING.date()).row.rules_made for each in ids]
        assert rows_now == ["《值班办法》", "《下乡演出办法》"]
        assert changes_of(acting, edited(exported(session), {(2, "分类"): "长期坚持"}))[1] == [
            Mismatch(2, "column_settled", {"column": "分类"})
        ]


def test_a_workbook_from_before_there_were_kinds_and_rules_still_comes_in(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, WU)
        recording.name_rules(acting, action_id, "《值班办法》")
        book = openpyxl.load_workbook(io.BytesIO(edited(exported(session), {(2, NEW_PROGRESS): "已排班"})))
        sheet = book.active
        assert sheet is not None
        for head in LATER:
            sheet.delete_cols([cell.value for cell in sheet[1]].index(head) + 1)
        found = _previewed(acting, book)
        assert found.is_whole
        assert [change for change, _ in found.changes] == [Change(action_id, "已排班", None, None)]


def test_rules_are_settled_once_the_action_is_accepted(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        work = Work(session, action_id)
        work.do(WU, ActionEvent.PROGRESS, "在做")
        work.do(WU, ActionEvent.COMPLETE, "做完")
        recording.name_rules(Acting(session, MORNING, WU), action_id, "《值班办法》")
        work.do(ZHENG, ActionEvent.ACCEPT)
        with refuses("rules_settled"):
            recording.name_rules(Acting(session, MORNING, WU), action_id, "《别的》")
        back = edited(exported(session), {(2, RULES): "《别的》"})
        assert changes_of(Acting(session, MORNING, WU), back)[1] == [
            Mismatch(2, "rules_closed", {"column": RULES, "state": "已销号"})
        ]


def test_what_has_no_last_day_is_never_late_and_asks_for_no_more_time(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database, make_action(kind=ActionKind.LASTING, due=None))
    with database.writing() as session:
        assert Work(session, action_id).state(days=4000) == ("announced", False)
        with refuses("extension_not_open"):
            ledger_acts.request_extension(Acting(session, MORNING, WU), action_id, later(30), "再看看")


def test_the_workbook_opens_no_door_that_the_page_of_an_action_keeps_shut(database: Database) -> None:
    _, _, ids = make_ledger(database, make_action(), make_action(problem="乙"), make_action(problem="丙"))
    with database.writing() as session:
        for event, text in ((ActionEvent.PROGRESS, "在做"), (ActionEvent.COMPLETE, "做完")):
            Work(session, ids[0]).do(WU, event, text)
        back = edited(exported(session), {(2, NEW_PROGRESS): "又做", (3, RATING): "满意", (4, NEW_PROGRESS): "待定"})
        changes, wrong = changes_of(Acting(session, MORNING, WU), back)
        assert changes == []
        assert wrong == [
            Mismatch(2, "progress_closed", {"column": NEW_PROGRESS, "state": "待验收"}),
            Mismatch(3, "rating_by_others", {"column": RATING}),
            Mismatch(4, "progress_empty"),
        ]


def test_it_names_every_row_that_does_not_match_and_imports_nothing(database: Database) -> None:
    _, _, _ids = make_ledger(database, make_action(), make_action(problem="乙"))
    with database.writing() as session:
        acting = Acting(session, MORNING, WU)
        back = edited(exported(session), {(2, "整改目标"): "改低一点", (3, "事项编码（勿改）"): "nowhere"})
        changes, wrong = changes_of(acting, back)
        assert changes == []
        assert wrong == [Mismatch(2, "column_settled", {"column": "整改目标"}), Mismatch(3, "action_not_here")]
        with refuses("workbook_not_xlsx"):
            changes_of(acting, bytes(range(256)))


def test_cells_come_in_as_they_look_and_faults_are_named(database: Database) -> None:
    make_ledger(database, make_action(), make_action(problem="乙"), make_action(problem="丙"))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        book = openpyxl.load_workbook(io.BytesIO(exported(session)))
        sheet = book.active
        assert sheet is not None
        heads = {cell.value: cell.column for cell in sheet[1]}
        for row, head, value, code in [
            (2, NEW_PROGRESS, 0.5, "0%"), (2, RATING, 0.985, "0.00%"), (3, NEW_PROGRESS, 46351, 'yyyy"年"m"月"d"日"'),
        ]:  # fmt: skip
            cell = sheet.cell(row, heads[head], value)
            cell.number_format = code
        sheet.cell(1, len(heads) + 1, "联系人")
        sheet.cell(2, len(heads) + 1, "张三")
        found = _previewed(acting, book)
        assert [(each.progress, each.public_rating) for each, _ in found.changes] == [
            ("50%", "98.50%"), ("2026年11月25日", None),
        ]  # fmt: skip
        assert [note.code for note in found.reading.notes] == ["column_unknown"]
        assert preview_carried(acting, known(acting), carry(found)) == found
        sheet.cell(3, heads[NEW_PROGRESS], "#NAME?").data_type = "e"
        sheet.cell(4, heads[NEW_PROGRESS], "=A9")
        found = _previewed(acting, book)
        assert [(each.row, each.code) for each in found.problems] == [(3, "text_error"), (4, "formula_without_value")]
        assert not found.is_whole


def test_columns_of_tables_in_use_and_days_that_a_spreadsheet_rewrote_are_known(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        book = openpyxl.load_workbook(io.BytesIO(edited(exported(session), {(2, NEW_PROGRESS): "已排班"})))
        sheet = book.active
        assert sheet is not None
        heads = {cell.value: cell.column for cell in sheet[1]}
        due = sheet.cell(2, heads["完成时限"])
        day = day_however_written(str(due.value))
        for old, new in (
            *(("单位", "责任单位"), ("责任领导", "牵头领导"), ("主办单位", "牵头单位"), ("协办单位", "配合单位")),
            *(("责任人", "具体责任人"), (RATING, "群众满意度"), (NEW_PROGRESS, "最新进展")),
        ):
            sheet.cell(1, heads[old], new)
        for written, code in ((day, "yyyy/m/d"), (day, "yyyy-mm-dd"), (str(day).replace("-", "."), "@")):
            due.value, due.number_format = written, code
            found = _previewed(acting, book)
            assert found.is_whole, (code, found.wrong, found.problems)
            assert [change for change, _ in found.changes] == [Change(action_id, "已排班", None, None)]
        assert day
        due.value = day + timedelta(1)
        assert _previewed(acting, book).wrong == (Mismatch(2, "column_settled", {"column": "完成时限"}),)


def test_a_day_that_a_spreadsheet_rewrote_is_known_in_an_english_file(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        day = session.scalars(sa.select(RemedialAction.due).where(RemedialAction.id == action_id)).one()
        assert day is not None
        content = edited(exported(session, language="en"), {(2, NEW_PROGRESS): "已排班"})
        book = openpyxl.load_workbook(io.BytesIO(content))
        sheet = book.active
        assert sheet is not None
        [due] = [cell for cell in sheet[2] if cell.value == english_day(day)]
        due.value, due.number_format = day, "yyyy-mm-dd"
        found = _previewed(acting, book)
        assert found.is_whole, found.wrong
        assert [change for change, _ in found.changes] == [Change(action_id, "已排班", None, None)]
        due.value = day + timedelta(1)
        assert [each.code for each in _previewed(acting, book).wrong] == ["column_settled"]


def _previewed(acting: Acting, book: openpyxl.Workbook) -> Preview:
    out = io.BytesIO()
    book.save(out)
    rows = known(acting)
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(preview_upload, acting, rows, out.getvalue()).result()


@pytest.mark.parametrize(
    "part", ["", "{}", '[["a"]]', '[["a","b","c"]]', '[["a","b",1,"d",""]]', '[["a","b","c","d"]]']
)
def test_it_refuses_what_no_page_of_ours_carried(database: Database, part: str) -> None:
    with database.writing() as session, refuses("form_malformed"):
        preview_carried(Acting(session, MORNING, ZHANG), [], [part])


def test_what_was_carried_is_checked_anew(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        for who, carried, code in [
            (WU, [[action_id, "", "满意", None]], "rating_by_others"),
            (WU, [["nowhere", "做了", None, None]], "action_not_here"),
            (WU, [[action_id, "做了", None, None], [action_id, "又做", None, None]], "action_twice"),
            (ZHANG, [[action_id, "字" * 2001, None, None]], "column_too_long"),
        ]:
            acting = Acting(session, MORNING, who)
            found = preview_carried(acting, known(acting), [json.dumps([[*each, ""] for each in carried])])
            assert [each.code for each in found.wrong] == [code]
            assert not found.is_whole


def test_time_is_what_the_caller_says(database: Database) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        Work(session, action_id).do(WU, ActionEvent.PROGRESS, "在做", days=3)
        (entry,) = ledger_acts.entries_of(session, action_id)
        assert entry.at == MORNING + timedelta(days=3)
        assert isinstance(entry.at, datetime)


def test_a_full_disk_leaves_neither_row_nor_file(database: Database, tmp_path: Path) -> None:
    _, _, (action_id,) = make_ledger(database)
    (tmp_path / "attachments").write_bytes(b"a file where the folder should be: nothing can be written")
    with database.writing() as session:
        entry = Work(session, action_id).do(WU, ActionEvent.PROGRESS, "见附件")
        with refuses("attachment_not_stored"):
            attachments.attach(Acting(session, MORNING, WU), tmp_path, (action_id, entry), Upload("x.pdf", PDF))


def test_files_whose_row_was_never_committed_are_swept_up(database: Database, tmp_path: Path) -> None:
    _, _, (action_id,) = make_ledger(database)
    with database.writing() as session:
        entry = Work(session, action_id).do(WU, ActionEvent.PROGRESS, "见附件")
        attachments.attach(Acting(session, MORNING, WU), tmp_path, (action_id, entry), Upload("x.pdf", PDF))
        (kept,) = attachments.files_of(session, action_id)
        folder = tmp_path / "attachments"
        for name, hours in (("orphan", 2), ("under way", 0), (kept.id, 48)):
            (folder / name).write_bytes(PDF)
            then = (MORNING - timedelta(hours=hours)).timestamp()
            os.utime(folder / name, (then, then))
        assert attachments.sweep(session, tmp_path, MORNING) == 1
        assert {file.name for file in folder.iterdir()} == {"under way", kept.id}
