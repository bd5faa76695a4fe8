"""English documents of 补课 hold no Chinese but what people typed, and the figures of the Chinese ones."""

import io
import re
from dataclasses import asdict

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from app.campaigns.english_service import keep_english
from app.core.acting import Acting
from app.core.chinese import has_chinese
from app.core.db import Database
from app.rectification.ledger.recording import name_rules
from app.rectification.models import RemedialOrder
from app.rectification.plans.reads import plan_heads
from app.web.forms import TOKEN_FIELD
from tests.cast import MORNING, Desk, Desks
from tests.rectification.documents.test_notices import NEWS, NOTICE, make_retest
from tests.rectification.flagged import ZHANG, make_action, make_ledger
from tests.texts import Texts

NAMES = {
    "县文工团": "County Arts Troupe",
    "县文化局": "County Bureau of Culture",
    "群众满意度测评": "Public satisfaction",
}
ACTION = asdict(make_action())
TYPED = {
    *(text for value in ACTION.values() for text in (value if isinstance(value, tuple) else [str(value)])),
    *(
        "《值班办法》",
        "群众意见",
        "县委发〔2026〕8号",
        "张三",
        "学习实践科学发展观活动",
        "县文工团复测",
        "满意率低于补课线，限期整改。",
    ),
}
"""What stands in the documents as somebody typed it, or has no English name."""
NUMBER = re.compile(r"\d+(?:\.\d+)?%")


def words_of(content: bytes, name: str) -> str:
    """Return all that a file says, its pictures' words and its footer included."""
    if name.endswith("xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        shown = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        return "\n".join([*book.sheetnames, *shown])
    word = docx.Document(io.BytesIO(content))
    lines = ["".join(text.text or "" for text in line.iter(qn("w:t"))) for line in word.element.body.iter(qn("w:p"))]
    pictures = [str(shape.get("descr")) for shape in word.element.body.iter(qn("wp:docPr"))]
    return "\n".join([*lines, *pictures, word.sections[0].footer.paragraphs[0].text])


def texts_of(page: str) -> str:
    """Return what a page says outside of what people type into."""
    reader = Texts()
    reader.feed(page)
    return "\n".join(text for text, _ in reader.seen)


def left_in(words: str) -> list[str]:
    """Return the lines with Chinese that nobody typed."""
    for typed in sorted(TYPED, key=len, reverse=True):
        words = words.replace(typed, "")
    return [line for line in words.splitlines() if has_chinese(line)]


@pytest.fixture
def pages(database: Database) -> dict[str, str]:
    """A campaign with a retest, and where its documents are taken."""
    found, order_id, ids = make_ledger(database, make_action(), make_action(problem="设备陈旧"))
    TYPED.add("设备陈旧")
    make_retest(database)
    with database.writing() as session:
        name_rules(Acting(session, MORNING, ZHANG), ids[0], "《值班办法》")
        keep_english(session, found.campaign_id, NAMES)
        (plan,) = plan_heads(session, ZHANG)
    order, campaign = f"/rectification/orders/{order_id}", f"/rectification/campaigns/{found.campaign_id}"
    return {
        "notice": f"{order}/notice.docx",
        "summary": f"{order}/summary.docx",
        "plan": f"/rectification/plans/{plan.id}/plan.docx",
        "campaign": f"{campaign}/summary.docx",
        "ledger": "/rectification/ledger.docx",
        "sheet": "/rectification/ledger.xlsx",
        "lists": f"/rectification/lists.docx?campaign={found.campaign_id}",
        "four": f"/rectification/lists.xlsx?campaign={found.campaign_id}",
        "bulletin": f"{campaign}/bulletin",
    }


def taken(desk: Desk, path: str, language: str) -> str:
    answer = desk.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status_code == 200, answer.text
    return words_of(answer.content, path.split("?", maxsplit=1)[0])


def test_documents_hold_no_chinese_but_what_was_typed(new_desk: Desks, pages: dict[str, str]) -> None:
    desk, files = new_desk("zhangsan"), {name: path for name, path in pages.items() if name != "bulletin"}
    chinese, english = ({name: taken(desk, path, way) for name, path in files.items()} for way in ("zh", "en"))
    assert {name: left for name, words in english.items() if (left := left_in(words))} == {}
    assert [name for name, words in chinese.items() if len(left_in(words)) < 4] == []
    assert {name: NUMBER.findall(words) for name, words in english.items()} == {
        name: NUMBER.findall(words) for name, words in chinese.items()
    }
    assert NUMBER.findall(english["summary"])


def test_both_results_of_an_order_are_drawn_and_told_in_the_language_of_the_page(
    new_desk: Desks, pages: dict[str, str]
) -> None:
    desk, order = new_desk("zhangsan"), pages["notice"].rpartition("/")[0]
    drawn = {language: desk.get(f"{order}/comparison.svg?lang={language}").text for language in ("zh", "en")}
    assert ("县文工团" in drawn["zh"], "County Arts Troupe" in drawn["en"]) == (True, True)
    assert left_in(drawn["en"]) == []
    assert left_in(drawn["zh"])
    page = desk.get(f"{order}?lang=en").text
    assert "Public satisfaction" in page.split('id="both-')[1].split("</section>")[0]


def test_english_pages_call_units_and_campaigns_by_their_english(new_desk: Desks, pages: dict[str, str]) -> None:
    """The campaign had English names, its documents used them, and every page about its units was in Chinese."""
    order, plan = (pages[name].rpartition("/")[0] for name in ("notice", "plan"))
    shown = {"": order, "plan": f"{plan}/edit", "lists": pages["lists"].replace(".docx", "")}
    shown |= {
        name: f"/rectification/{name}" for name in ("plans", "ledger", "supervision?show=modes", "supervision/run")
    }
    for who in ("zhangsan", "wujiu"):
        desk = new_desk(who)
        for name, path in {**shown, "board": "/rectification"}.items():
            if (who, name) == ("wujiu", "supervision/run"):
                continue
            page = desk.get(f"{path}{'&' if '?' in path else '?'}lang=en")
            assert page.status_code == 200, path
            words = texts_of(page.text)
            typed = name in {"ledger", "lists", "plan"}  # 主办单位 is typed there
            assert "County Arts Troupe" in words or name == "supervision/run", (who, path)
            assert typed or "县文工团" not in words.replace("县文工团复测", ""), (who, path)


def test_the_chart_of_an_order_is_drawn_anew_once_its_names_change(
    database: Database, new_desk: Desks, pages: dict[str, str]
) -> None:
    desk, path = new_desk("zhangsan"), pages["notice"].rpartition("/")[0] + "/comparison.svg?lang=en"
    drawn = desk.get(path)
    known = {"if-none-match": drawn.headers["etag"]}
    assert desk.client.get(path, headers=known).status_code == 304
    with database.writing() as session:
        order = session.get_one(RemedialOrder, path.split("/")[3])
        keep_english(session, order.campaign_id, {"县文工团": "County Song and Dance Troupe"})
    again = desk.client.get(path, headers=known)
    assert again.status_code == 200
    assert ("County Arts Troupe" in drawn.text, "County Arts Troupe" in again.text) == (True, False)
    assert "County Song and Dance Troupe" in again.text


def test_newsletter_and_bulletin_are_in_the_language_that_is_chosen(new_desk: Desks, pages: dict[str, str]) -> None:
    desk, path = new_desk("zhangsan"), pages["bulletin"]
    page = desk.get(f"{path}?lang=en").text
    assert "Units ordered to do remedial work: 1" in page
    assert f'formaction="{path}?lang=zh"' in page
    news = {"kind": "newsletter", "masthead": "Progress", "issue": "3", "newsletter_day": NEWS.day.isoformat()}
    news |= {"editor": "Office", "story": "It goes well.", "sent_to": "The committee"}
    told = {"kind": "bulletin", "bulletin_title": "How things stand", "document_number": "No. 9", "addressee": "Units"}
    told |= {"bulletin_day": NOTICE.day.isoformat(), "issuer": "Bureau", "opening": "As asked."}
    for typed in (news, told):
        for language in ("zh", "en"):
            form = {TOKEN_FIELD: desk.form_token, **typed}
            answer = desk.client.post(f"{path}?lang={language}", data=form)
            assert answer.status_code == 200, answer.text
            words = words_of(answer.content, "a.docx")
            assert bool(left_in(words)) == (language == "zh"), left_in(words)
            assert "23 November 2026" in words or language == "zh"


def test_each_file_is_offered_in_the_other_language(new_desk: Desks, pages: dict[str, str]) -> None:
    desk = new_desk("zhangsan")
    for page, files in (
        (pages["notice"].rpartition("/")[0], [pages["notice"], pages["summary"], pages["plan"]]),
        ("/rectification/campaigns", [pages["campaign"]]),
        ("/rectification/ledger", [pages["ledger"], pages["sheet"]]),
        (pages["lists"].replace(".docx", ""), [pages["lists"], pages["four"]]),
    ):
        for language, other in (("zh", "en"), ("en", "zh")):
            shown = desk.get(f"{page}{'&' if '?' in page else '?'}lang={language}").text
            for file in files:
                assert f'href="{file}{"&amp;" if "?" in file else "?"}lang={other}"' in shown, (page, file)
