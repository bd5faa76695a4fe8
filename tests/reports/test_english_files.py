"""Files for who reads English hold no Chinese but what people typed; all kinds of vote, with all that stands beside.

And no English word is broken in a table of theirs.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from fractions import Fraction
from functools import cache

import openpyxl
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from sqlalchemy import update
from starlette.testclient import TestClient

from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Part, Source
from app.campaigns.domain import Item, Scheme
from app.campaigns.kinds import KINDS, Kind
from app.campaigns.rule import Meaning, Rule, Step, Word
from app.campaigns.score import Score
from app.core.chinese import has_chinese
from app.core.db import Database
from app.publication.composite_rows import NOTE_SENTENCES, Composites, Conclusion, Entry, Row
from app.publication.domain import Scope, notes_for
from app.publication.editions import Published, PublishedBands
from app.publication.meeting import Meeting
from app.publication.previous import Before, Outcome
from app.publication.renditions import bands
from app.publication.spoken import in_language
from app.reports.appendix import form_table
from app.reports.beside import said_of_each
from app.reports.brief import brief
from app.reports.language import written_in
from app.reports.letters import feedback_letters, letters_of
from app.reports.notice import notice
from app.reports.scrutiny import Particulars, scrutiny_report
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.domain import Paper
from app.rounds.english import spoken, with_english
from app.rounds.models import Round
from app.rounds.ports import Merged, MergedIssue
from app.tally.verdict import Verdict
from app.web.i18n import COOKIE
from tests.found import some
from tests.papers import asked
from tests.publication import counted
from tests.reports.printed import NOW, make_document, make_result, open_word
from tests.reports.test_brief import text_of as text_of_pdf
from tests.reports.widths import broken

TYPED = {*counted.WORDS, "票数有误，已更正", "县文发〔2026〕8号"}
"""Remarks, a reason, a number: what people wrote in Chinese stays as they wrote it."""
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
MERGED = Merged(
    9,
    (MergedIssue("i", "办事要再快一些", 5, frozenset({"u0", "u1"})), MergedIssue("j", "收费不透明", 2, frozenset())),
    1,
    1,
)


@cache
def _paper_of(key: str) -> Paper:
    """Return a paper of a kind, all of whose typed names have English ones."""
    kind = KINDS[key]
    paper = counted.make_paper(form=kind.form, scheme=kind.scheme)
    typed = [paper.organisation, paper.campaign, paper.title, *(unit.name for unit in paper.units)]
    typed += [group.name for group in paper.groups]
    return with_english(paper, {name: f"Name {place}" for place, name in enumerate(typed)})


def english_paper(kind: Kind) -> Paper:
    return _paper_of(kind.key)


def results_of(kind: Kind) -> tuple[Published, ...]:
    return _results_of(kind.key)


@cache
def _results_of(key: str) -> tuple[Published, ...]:
    """Return results of few and of many answers, with all that may stand beside them; they are only looked at."""
    return tuple(_told(_paper_of(key)))


def _told(paper: Paper) -> Iterator[Published]:
    for share in (0.05, 0.3, 0.9):
        votes = counted.make_votes(paper, share)
        told = make_result(
            make_document(votes),
            version=2,
            reason="票数有误，已更正",
            root="0b" * 32,
            meeting=Meeting(number="县文发〔2026〕8号", held_on="2026-11-23"),
        )
        yield in_language("en", told, paper)


def before_of(result: Published) -> list[Before]:
    """Return what came out last time, in English as it is handed in."""
    name = result.document["sections"][0]["targets"][0]["name"]
    return [Before("u0", name, Outcome("Met"), Outcome("Attention", rate="70%"), "r", "Campaign", "Round", NOW)]


def beside_of(result: Published) -> Composites:
    """Return a score of every part that there is, its word, and what the body decided; typed words are English."""
    parts = (
        Part("p1", "Vote", Source.COMPOSITE, Fraction(60), parts=(Part("v", "All", Source.VOTE, Fraction(100)),)),
        Part("p2", "Leaders", Source.SCORE, Fraction(20), by_class={"Party": Fraction(30)}),
        Part("p3", "Work", Source.POINTS, Fraction(20)),
        Part("p4", "Extra", Source.EXTRA, most=Fraction(5)),
    )
    told = [("Vote", "80"), ("Leaders（非无记名）", "90"), ("Work（非无记名）", "≥85"), ("Extra（非无记名）", "1")]
    target, award = result.document["sections"][0]["targets"][0], Entry("优秀", "Zhang", NOW)
    word = Conclusion("Good", Verdict.ATTENTION, "Follow up")
    rows = [Row(target["id"], target["name"], "85", "", told, award, word)]
    rows += [Row("x", "Other", "", why, told, None) for why in NOTE_SENTENCES.values()]
    return Composites(Composite(parts, by_top=True), rows, "综合评价得分达到 85 分（含）的，为“Good”；其余的为“Bad”。")


def texts_of(content: bytes) -> set[str]:
    """Return every text of a workbook: names of sheets, cells, headers and footers."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = {str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None}
    edges = {str(part.text) for sheet in book for edge in (sheet.oddHeader, sheet.oddFooter)
             for part in (edge.left, edge.center, edge.right) if part.text}  # fmt: skip
    return {*book.sheetnames, *cells, *edges, str(book.properties.title)}


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])
def test_an_english_workbook_holds_no_chinese_of_ours(kind: Kind) -> None:
    paper = english_paper(kind)
    for result in results_of(kind):
        with written_in("en", paper.english):
            found = texts_of(result_workbook(result, beside_of(result), before_of(result)))
        assert {text for text in found if has_chinese(text.replace(result.signs, ""))} <= TYPED
        assert {"Summary", "Counting chain", "By item", "Beside the result of last time"} <= found


def in_bands(result: Published) -> PublishedBands:
    """Return a result as the wider circle sees it."""
    same = {field.name: getattr(result, field.name) for field in fields(result) if field.name != "document"}
    return PublishedBands(**{**same, "scope": Scope.PUBLIC}, document=bands(result.document))


def opened(content: bytes) -> dict[str, bytes]:
    """Return every letter of an archive by its name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def squeezed(line: str) -> str:
    """Return a line of a PDF without the spaces that stand around Chinese."""
    return re.sub(r"(?<=[^ -~]) | (?=[^ -~])", "", line)


def words_of(content: bytes) -> set[str]:
    """Return every text of a Word document: paragraphs, cells, footers, what pictures are said to show, its title."""
    return words_in(open_word(content))


def words_unbroken(content: bytes) -> set[str]:
    """Return every text of a Word document in whose tables each word has room."""
    word = open_word(content)
    assert list(broken(word)) == []
    return words_in(word)


def words_in(word: WordDocument) -> set[str]:
    roots = [word.element, *(section.footer._element for section in word.sections)]
    parts = [part for root in roots for part in root.iter(qn("w:p"))]
    texts = {"".join(text.text or "" for text in part.iter(qn("w:t"))) for part in parts}
    shown = {str(part.get("descr")) for part in word.element.iter(DRAWN)}
    return {*texts, *shown, word.core_properties.title, word.core_properties.author}


def without(text: str, result: Published) -> str:
    """Return a text without what people typed in it and the signs of the box."""
    for typed in (*TYPED, result.signs, squeezed(result.signs)):
        text = text.replace(typed, "")
    return text


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])
def test_english_reports_hold_no_chinese_of_ours_and_break_no_word(kind: Kind) -> None:
    paper = english_paper(kind)
    for result in results_of(kind):
        told = Particulars(
            composites=beside_of(result), previous=before_of(result), time="23 November 2026", merged=MERGED
        )
        with written_in("en", paper.english):
            survey = words_unbroken(survey_report(result, None, spoken(paper, "en"), told, NOW))
            scrutiny = words_unbroken(scrutiny_report(result, None, told, NOW))
        for found in (survey, scrutiny):
            assert [text for text in found if has_chinese(without(text, result))] == []
        for heading, words in (
            ("1. Circumstances", survey),
            ("5. What is to be done", survey),
            ("2. Signatures", scrutiny),
        ):
            assert any(heading in text for text in words)


def test_what_is_written_next_is_chinese_again() -> None:
    result = make_result()
    with written_in("en", {}):
        assert "Summary" in texts_of(result_workbook(result))
    assert "汇总" in texts_of(result_workbook(result))


@pytest.mark.parametrize(("language", "heads"), [("en", "Summary"), ("zh", "汇总")])
def test_a_reader_takes_it_in_the_language_of_the_page(
    client: TestClient, database: Database, language: str, heads: str
) -> None:
    paper = english_paper(KINDS["campaign"])
    round_id = counted.store_published(database, counted.make_votes(paper), "leaders")
    leader = counted.log_in(client, database, "leader")
    leader.cookies.set(COOKIE, language)
    answer = leader.get(f"/results/{round_id}/export.xlsx")
    assert heads in texts_of(answer.content)
    assert bool(re.search("Name.*result", answer.headers["content-disposition"])) is (language == "en")
    for report in ("report", "scrutiny"):
        words = words_of(leader.get(f"/results/{round_id}/{report}.docx").content)
        code = "Verification code: " if language == "en" else "核验码："
        assert any(code in text for text in words)


def test_a_form_answered_in_points_is_told_in_english() -> None:
    paper = counted.make_paper()
    items = (Item("a", "得分", score=Score(decimals=1)), Item("b", "口碑", score=Score(10, trim=1)))
    paper = with_english(asked(paper, items=items), {"得分": "Points earned", "口碑": "Reputation"})
    with written_in("en", paper.english):
        told = str(form_table(spoken(paper, "en")))
    assert "0–100 points, with one decimal, the mean" in told
    assert not has_chinese(
        re.sub(r"<[^>]*>", "", told).replace("群众满意度测评表", "").replace(paper.section.form_title, "")
    )


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])
def test_english_briefs_notices_and_letters_hold_no_chinese_of_ours_and_break_no_word(kind: Kind) -> None:
    paper = english_paper(kind)
    for result in results_of(kind):
        with written_in("en", paper.english):
            beside, before = beside_of(result), before_of(result)
            sheet = text_of_pdf(brief(result, beside, before))
            board = text_of_pdf(notice(in_bands(result), "http://127.0.0.1", beside, before))
            letters = opened(feedback_letters(result, None, NOW, said_of_each(beside)))
        written = {name: "\n".join(words_unbroken(letter)) for name, letter in letters.items()}
        for text in (sheet, board, *written.values()):
            assert [line for line in text.splitlines() if has_chinese(without(squeezed(line), result))] == []
        assert "Published 23 November 2026" in sheet
        told = " ".join(sheet.split())
        assert "– :" not in told
        assert (f" – {result.section['noun']}: brief of the result" in told) is (len(result.document["sections"]) > 1)
        assert "Scan to check" in board
        assert next(iter(written)) == "01_Name_3.docx"
        assert all("4. What is asked of you" in text for text in some(written.values()))
        assert "Conclusion on the composite score: Good; Follow up." in written["01_Name_3.docx"]


def test_signs_that_no_font_has_are_named_in_english() -> None:
    result = make_result(make_document(counted.make_votes(counted.make_paper(("县𠀀馆", "县文化馆")))))
    with written_in("en", {}):
        assert "stands for characters that no font has" in " ".join(text_of_pdf(brief(result)).split())
        told = words_of(survey_report(result, None, counted.make_paper(), Particulars(), NOW))
    assert any("stands for characters that no font has: 县𠀀馆 (U+20000)" in text for text in told)


def test_what_follows_from_a_word_of_their_own_stands_in_an_english_letter() -> None:
    paper = english_paper(KINDS["congress"])
    *_few, result = results_of(KINDS["congress"])
    with written_in("en", paper.english):
        letters = opened(feedback_letters(result, None, NOW))
    ruled = {unit["name"]: unit["verdict"] for unit in result.section["targets"]}
    told = {name: verdict for name, verdict in ruled.items() if verdict.get("consequence")}
    assert told
    for name, verdict in told.items():
        [letter] = [letters[file] for file in letters if file.endswith(f"_{name.replace(' ', '_')}.docx")]
        assert f"{verdict['label']}: {verdict['consequence']}." in words_of(letter)


def test_beside_a_word_of_their_own_stands_what_follows_and_beside_those_that_ship_nothing() -> None:
    told = {}
    for key in ("report", "campaign"):
        *_few, result = results_of(KINDS[key])
        told[key] = [(unit["verdict"], notes_for(unit, Scope.UNIT)) for unit in result.section["targets"]]
    assert all(f"“{ruling['label']}”：{ruling['consequence']}" in notes for ruling, notes in some(told["report"]))
    assert any("consequence" in ruling for ruling, _notes in told["campaign"])
    assert not any("”：" in note for _ruling, notes in told["campaign"] for note in notes)


@pytest.mark.parametrize(("word", "english", "own"), [("达标", "Up to standard", False), ("合格", "Met", True)])
def test_whose_word_it_is_hangs_on_no_language(word: str, english: str, *, own: bool) -> None:
    """A word that ships may have an English of the body's own, and the body's own word that of one that ships."""
    rule = Rule((Step((), Word(word, Meaning.MET, "继续保持")),))
    made = counted.make_paper(("县文化馆",), scheme=Scheme(SCALES["satisfaction"], rule=rule))
    paper = with_english(made, {word: english, "继续保持": "keep it up"})
    stored = make_result(make_document(counted.make_votes(paper)))
    for language, said, follows in (("zh", word, "继续保持"), ("en", english, "keep it up")):
        result = in_language(language, stored, paper)
        [unit] = result.section["targets"]
        assert unit["verdict"]["label"] == said
        assert (f"“{said}”：{follows}" in notes_for(unit, Scope.UNIT)) is own
        with written_in(language, paper.english):
            [letter] = letters_of(result, None, NOW)
        colon, stop = ("：", "。") if language == "zh" else (": ", ".")
        assert (f"{said}{colon}{follows}{stop}" in words_of(letter[1])) is own


@pytest.mark.parametrize(("page", "asked", "expected"), [
    ("en", "", "en"), ("zh", "", "zh"), ("en", "?lang=zh", "zh"), ("zh", "?lang=en", "en"),
])  # fmt: skip
def test_brief_and_letters_are_taken_in_the_language_of_the_page_or_in_the_other(
    client: TestClient, database: Database, page: str, asked: str, expected: str
) -> None:
    round_id = counted.store_published(database, counted.make_votes(english_paper(KINDS["campaign"])), "leaders")
    leader = counted.log_in(client, database, "leader")
    leader.cookies.set(COOKIE, page)
    shown = leader.get(f"/results/{round_id}/reports").text
    assert "(in Chinese)" not in shown
    other = "en" if page == "zh" else "zh"
    assert all(f"/{name}?lang={other}" in shown for name in ("letters.zip", "brief.pdf", "export.xlsx"))
    english = expected == "en"
    made = leader.get(f"/results/{round_id}/brief.pdf{asked}")
    assert ("Published" in text_of_pdf(made.content)) is english
    assert ("brief" in made.headers["content-disposition"].rpartition("=")[2]) is english
    letters = opened(leader.get(f"/results/{round_id}/letters.zip{asked}").content)
    assert next(iter(letters)) == ("01_Name_3.docx" if english else "01_县文化馆.docx")
    assert {"1. Result" in words_of(letter) for letter in letters.values()} == {english}


@pytest.mark.parametrize(("language", "told"), [("en", "Time: 2"), ("zh", "测评时间：2")])
def test_days_on_the_page_are_told_in_the_language_of_the_report(
    client: TestClient, database: Database, language: str, told: str
) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "leaders")
    with database.writing() as session:
        session.execute(update(Round).values(opened_at=NOW, closed_at=NOW))
    leader = counted.log_in(client, database, "leader")
    leader.cookies.set(COOKIE, "zh" if language == "en" else "en")
    [held] = re.findall(r'name="time" value="([^"]+)"', leader.get(f"/results/{round_id}/reports").text)
    answer = leader.get(f"/results/{round_id}/report.docx", params={"time": held, "lang": language})
    assert any(told in text for text in words_of(answer.content))


def test_a_notice_is_kept_in_each_language(client: TestClient, database: Database) -> None:
    paper = english_paper(KINDS["congress"])
    round_id = counted.store_published(database, counted.make_votes(paper), "public")
    first, english, again = (client.get(f"/notices/{round_id}/notice.pdf?lang={each}") for each in ("zh", "en", "zh"))
    assert "结果公告" in text_of_pdf(first.content)
    assert "notice of the result" in text_of_pdf(english.content)
    assert again.content == first.content
