"""测评情况报告 and 监票情况报告: every figure is the document's, every text is text."""

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from docx.shared import Mm

from app.campaigns.builtin import SCALES
from app.publication.domain import Scope
from app.publication.editions import Published
from app.reports.findings import REMARKS_LISTED
from app.reports.letters import feedback_letter
from app.reports.scrutiny import Particulars, scrutiny_report
from app.reports.word import UNITS_PER_CHART, survey_report
from app.rounds.domain import PaperUnit
from app.rounds.ports import Merged, MergedIssue
from app.tally.document import overall_of
from app.tally.shown import participation_rate
from tests.found import some
from tests.papers import asked
from tests.publication.counted import UNITS, WORDS, make_paper, make_votes
from tests.publication.reading import percents, shown_figures, texts_of
from tests.reports.pages import estimate, pages
from tests.reports.printed import CODE, NOW, make_document, make_result, open_word, rows_under, text_of
from tests.tally.cast import Json, section_of, with_units

CLAUSES = re.compile("[，。；：、\n]")
SAID_TWICE = re.compile("([\u4e00-\u9fff]{4,}).*\\1")
PAPER = make_paper()
ISSUES = (
    MergedIssue("i1", "开放时间太短", 52, frozenset({"u1", "u0"})),
    MergedIssue("i2", "文件太多", 30, frozenset()),
)
MERGED = Merged(86, ISSUES, 3, 1)
WRITTEN = Particulars(
    "县文发〔2026〕12 号",
    "《测评办法》",
    "11 月 22 日",
    "县礼堂",
    "扫码无记名填写",
    MERGED,
)
HOSTILE = ("{{ 7*7 }}单位", "<w:p>甲</w:p>", "=cmd|' /C calc'!A0", "甲\x00\x0b乙", "..\\/上级")


def told(document: Json) -> list[Json]:
    """Return the units that a report tells more of than a row: those that are flagged."""
    chosen = [unit for unit in section_of(document)["targets"] if unit["verdict"]["code"] in {"remedial", "attention"}]
    assert 0 < len(chosen) < len(section_of(document)["targets"])
    return chosen


def survey(result: Published, particulars: Particulars = WRITTEN) -> bytes:
    return survey_report(result, None, PAPER, particulars, NOW)


@pytest.fixture(scope="module")
def document() -> Json:
    return make_document()


def test_it_works(document: Json) -> None:
    word = open_word(survey(make_result(document)))
    text = text_of(word)
    for line in (
        "县文化局", "县文发〔2026〕12 号", "学习实践科学发展观活动", "群众满意度测评情况报告", "一、基本情况",
        "二、测评结果",
        "三、意见建议归纳", "四、主要问题", "五、下一步整改安排", "2026年11月23日",
        "共征求到意见和建议 86 条，归并为以下 2 个问题，3 条尚未归并，1 条经研究未采纳。",
        f"1．开放时间太短（52 条，涉及{UNITS[0]}、{UNITS[1]}）", "2．文件太多（30 条）",
    ):  # fmt: skip
        assert line in text.splitlines()
    assert round((word.sections[0].page_width or 0) / Mm(1)) == 210
    assert f"核验码：{CODE}" in word.sections[0].footer.paragraphs[0].text
    # The report opens with what needs care, not with scores.
    assert text.index("需要关注的单位") < text.index("表 2")


def test_annexes_are_named_before_the_signature_and_begin_on_a_new_page(document: Json) -> None:
    lines = text_of(open_word(survey(make_result(document)))).splitlines()
    first, signed, annex = lines.index("附件：1．统计表"), lines.index("2026年11月23日"), lines.index("附件1")
    assert first < signed < annex
    word = open_word(survey(make_result(document)))
    broken = [line.text for line in word.paragraphs if line.paragraph_format.page_break_before]
    assert broken == ["附件1"]


def test_a_range_stands_under_its_rate_and_is_explained() -> None:
    paper = make_paper()
    paper = replace(paper, scheme=replace(paper.scheme, intervals=True))
    document = make_document(make_votes(paper, 0.8))
    word = open_word(survey_report(make_result(document), None, paper, WRITTEN, NOW))
    cell = section_of(document)["targets"][0]["overall"]["total"]
    row = rows_under(word, "表 2　各单位总体评价（按机构序列，不作排名）")[0]
    assert f"{cell['satisfied_rate']['text']}{cell['interval']['text']}" in row
    assert "95% 的把握" in text_of(word)
    assert "95%" not in text_of(open_word(survey(make_result(make_document()))))


def test_every_figure_is_the_documents(document: Json) -> None:
    word = open_word(survey(make_result(document)))
    scale = section_of(document)["scale"]
    overall = rows_under(word, "表 2　各单位总体评价（按机构序列，不作排名）")
    assert [row[:2] for row in overall] == [[str(place + 1), name] for place, name in enumerate(UNITS)]
    for row, unit in zip(overall, section_of(document)["targets"], strict=True):
        assert row[2:-1] == shown_figures(overall_of(unit)["total"], scale)
        assert row[-1] == unit["verdict"]["label"]
    for unit in told(document):
        items = rows_under(word, f"{unit['name']}各项评价")
        assert [row[2:] for row in items] == [shown_figures(item["total"], scale) for item in unit["items"]]
        groups = rows_under(word, f"{unit['name']}各类别评价")
        for place, item in enumerate(item for item in unit["items"] if item["groups"]):
            column = {row[0]: row[place + 1] for row in groups}
            for group in item["groups"]:
                cell = group["cell"]
                assert column[group["name"]] == (cell["satisfied_rate"]["text"] if cell["shown"] else "不显示")
    assert percents(text_of(word)) <= {found for text in texts_of(document) for found in percents(text)}


def test_counts_and_chain_are_the_documents(document: Json) -> None:
    word = open_word(survey(make_result(document)))
    for unit in told(document):
        rows = rows_under(word, f"{unit['position']}．{unit['name']}（份）")
        for row, item in zip(rows, unit["items"], strict=True):
            total = item["total"]
            assert row[1:5] == [str(part["count"]) for part in total["distribution"]]
            assert row[5:] == [
                total["valid"]["text"],
                str(total["unknown"]["count"]),
                total["answered"]["text"],
                total["mean_score"]["text"],
            ]
    total = document["chain"]["total"]
    keys = ("expected", "issued", "returned", "valid", "invalid", "blank")
    turnout = participation_rate(total)
    assert turnout is not None
    row = rows_under(word, "表 1　参评人员和计票链")[-1]
    assert row == ["合计", *(str(total[key]) for key in keys), total["return_rate"]["text"], turnout["text"]]


@pytest.mark.parametrize(("form", "scale"), [("t1", "quality"), ("t4", "satisfaction_five"), ("t2", "satisfaction")])
def test_tables_fit_between_the_margins(form: str, scale: str) -> None:
    groups = {f"名称很长的参评人员类别{place}": 40 for place in range(10)}
    paper = make_paper(("名称很长很长的一个被测评单位",), groups, form)
    paper = replace(paper, scheme=replace(paper.scheme, scale=SCALES[scale]))
    document = make_document(make_votes(paper, opinions=((50, 20, 10, 5, 5),)))
    word = open_word(survey_report(make_result(document), None, paper, WRITTEN, NOW))
    for table in word.tables:
        widths = [column.width or 0 for column in table.columns]
        assert 155 < sum(widths) / Mm(1) < 157
        assert min(widths) > Mm(7)
    labels = [item.labels or tuple(grade.label for grade in paper.scheme.scale.grades) for item in paper.section.items]
    form_rows = rows_under(word, f"《{paper.section.form_title}》")
    assert [tuple(cell.removeprefix("□") for cell in row[1 : len(labels[0]) + 1]) for row in form_rows] == labels


def test_hidden_figures_stay_hidden() -> None:
    votes = make_votes(make_paper(groups={"服务对象": 6}))
    document = make_document(replace(votes, returned={"g0": 3}, remarks=4))
    text = text_of(open_word(survey(make_result(document))))
    assert "收回情况为保护匿名不显示" in text
    assert "各单位没有意见，或不足 10 条" in text
    assert percents(text) <= {found for piece in texts_of(section_of(document)["formula"]) for found in percents(piece)}
    assert not set(WORDS) & set(text.splitlines())


def test_only_so_many_remarks_are_listed() -> None:
    document = make_document(make_votes(remarks=REMARKS_LISTED + 5))
    lines = text_of(open_word(survey(make_result(document)))).splitlines()
    assert (
        f"共 {REMARKS_LISTED + 5} 条，以下列出 {REMARKS_LISTED} 条，其余见统计表“意见”。顺序随机，与任何一张票无关。"
        in lines
    )
    assert sum(line.startswith("• ") for line in lines) == REMARKS_LISTED * len(UNITS)


def test_pictures_are_pngs_with_words() -> None:
    document = make_document(make_votes(make_paper(tuple(f"单位{place}" for place in range(UNITS_PER_CHART + 1)))))
    content = survey(make_result(document))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        pictures = [archive.read(name) for name in archive.namelist() if name.startswith("word/media/")]
        xml = archive.read("word/document.xml").decode()
    assert all(picture.startswith(b"\x89PNG") for picture in some(pictures))
    assert xml.count("<w:drawing>") == 1
    assert 'descr="图 1　各单位总体评价的分布"' in xml


@pytest.mark.parametrize("units", [("县𠀀馆", "䶮𬭎馆"), tuple(f"县𠀀馆{at}" for at in range(UNITS_PER_CHART + 1))])
def test_a_sign_that_a_picture_cannot_show_is_named_below_it(units: tuple[str, ...]) -> None:
    lines = text_of(open_word(survey(make_result(make_document(make_votes(make_paper(units))))))).splitlines()
    notes = [line for line in lines if line.startswith("〓")]
    assert notes == [f"〓 代替任何字库都没有的字：{units[0]}（U+20000）"]
    assert lines.index(notes[0]) > lines.index("图 1　各单位总体评价的分布")
    plain = text_of(open_word(survey(make_result(make_document(make_votes(make_paper(("县文化馆", "䶮𬭎馆"))))))))
    assert "〓" not in plain


def test_bars_of_flagged_units_have_words(document: Json) -> None:
    with zipfile.ZipFile(io.BytesIO(survey(make_result(document)))) as archive:
        xml = archive.read("word/document.xml").decode()
    assert xml.count("<w:drawing>") == 1 + sum(len(unit["items"]) for unit in told(document))
    share = told(document)[0]["items"][0]["total"]["distribution"][0]["share"]["text"]
    assert f'descr="满意 {share}，' in xml


@pytest.mark.parametrize("form", ["t2", "t4"])
def test_sixty_three_units_take_twenty_pages_at_most(tmp_path: Path, form: str) -> None:
    names = tuple(f"市第{place + 1}个单位委员会办公室" for place in range(63))
    groups = {f"参评人员类别{place}": 50 for place in range(12)}
    paper = make_paper(names, groups, form)
    document = make_document(make_votes(paper))
    report = tmp_path / "report.docx"
    report.write_bytes(survey_report(make_result(document), None, paper, WRITTEN, NOW))
    assert 8 <= pages(report) <= 20
    assert 8 <= estimate(report) <= 20
    rows = rows_under(open_word(report.read_bytes()), "表 3　需补课和提醒的单位各项满意率")
    assert [row[1] for row in rows] == [unit["name"] for unit in told(document)]
    for row, unit in zip(rows, told(document), strict=True):
        assert row[2:-1] == [item["total"]["satisfied_rate"]["text"] for item in unit["items"]]


def test_a_letter_does_not_end_in_a_page_of_method(tmp_path: Path, document: Json) -> None:
    letter = tmp_path / "letter.docx"
    unit = section_of(document)["targets"][3]
    letter.write_bytes(feedback_letter(make_result(document), unit, None, NOW))
    assert pages(letter) <= 3
    lines = text_of(open_word(letter.read_bytes())).splitlines()
    method = next(place for place, line in enumerate(lines) if line.startswith("满意率 ="))
    assert lines.index("一、测评结果") < method < lines.index("二、各类别参评人员的评价")
    assert lines[-1] == "2026年11月23日"


@pytest.mark.parametrize(
    ("campaign", "title"),
    [
        ("学习实践活动群众满意度测评", "群众满意度测评（第一次）"),
        ("市直部门2026年度群众满意度测评", "市直部门群众满意度测评"),
        ("政风行风评议", "政风行风评议复测"),
        ("学习实践科学发展观活动", "群众满意度测评"),
    ],
)
def test_no_sentence_says_a_name_twice(campaign: str, title: str) -> None:
    paper = replace(make_paper(), campaign=campaign, title=title)
    result = make_result(make_document(make_votes(paper)))
    every = [
        survey_report(result, None, paper, WRITTEN, NOW),
        scrutiny_report(result, None, Particulars(), NOW),
        feedback_letter(result, result.section["targets"][0], None, NOW),
    ]
    for content in every:
        word = open_word(content)
        clauses = [*CLAUSES.split(text_of(word)), word.core_properties.title]
        assert [clause for clause in clauses if SAID_TWICE.search(clause)] == []


def test_problems_say_every_reason_once_and_names_are_not_repeated_with_reasons(document: Json) -> None:
    lines = text_of(open_word(survey(make_result(document)))).splitlines()
    concern = lines[lines.index("（一）需要关注的单位") : lines.index("（二）各单位总体评价")]
    problems = lines[lines.index("四、主要问题") + 1 : lines.index("五、下一步整改安排")]
    assert not set(concern) & set(problems)
    reasons = [line.split("（")[0] for line in problems]
    assert len(reasons) == len(set(reasons))
    for unit in told(document):
        assert any(unit["name"] in line for line in problems)
        assert any(unit["name"] in line for line in concern)


def test_texts_of_organisers_are_texts() -> None:
    units = tuple(PaperUnit(f"u{place}", name) for place, name in enumerate(HOSTILE))
    paper = replace(asked(make_paper(), units=units), title="{% raw %}<b>题")
    remarks = {"u0": tuple(HOSTILE[place % 5] + str(place) for place in range(12))}
    document = make_document(make_votes(paper), remarks)
    merged = Merged(1, (MergedIssue("i1", "{{ 7*7 }}<w:p/>&", 1, frozenset({"u1"})),))
    word = open_word(survey(make_result(document), replace(WRITTEN, basis="{{ cycler }}&<", merged=merged)))
    text = text_of(word)
    assert "1．{{ 7*7 }}<w:p/>&（1 条，涉及<w:p>甲</w:p>）" in text.splitlines()
    rows = rows_under(word, "表 2　各单位总体评价（按机构序列，不作排名）")
    assert [row[1] for row in rows] == ["{{ 7*7 }}单位", "<w:p>甲</w:p>", "=cmd|' /C calc'!A0", "甲 乙", "..\\/上级"]
    assert "{% raw %}<b>题情况报告" in text.splitlines()
    assert "根据{{ cycler }}&<，" in text
    assert "• =cmd|' /C calc'!A02" in text.splitlines()


def test_notes_for_organisers_go_to_no_one_else(document: Json) -> None:
    first = section_of(document)["targets"][0]
    noted = with_units(document, [{**first, "notes": [{"code": "uniform", "text": "高度一致"}]}])
    assert "高度一致" in text_of(open_word(survey(make_result(noted))))
    assert "高度一致" not in text_of(open_word(survey(make_result(noted, Scope.LEADERS))))


def test_a_correction_and_a_rehearsal_say_so(document: Json) -> None:
    rehearsed = {**document, "round": {**document["round"], "rehearsal": True}}
    text = text_of(open_word(survey(make_result(rehearsed, version=2, reason="补录空白票"))))
    assert "第 2 版。更正理由：补录空白票" in text.splitlines()
    assert "（演练）群众满意度测评情况报告" in text.splitlines()


def test_scrutiny_report(document: Json) -> None:
    word = open_word(scrutiny_report(make_result(document), None, Particulars(), NOW))
    total = document["chain"]["total"]
    slips = rows_under(word, "表 1　测评票的印制和发出")
    assert [row[0] for row in slips] == [*(group["name"] for group in document["chain"]["groups"]), "合计"]
    assert slips[-1][1:] == [str(total[key]) for key in ("expected", "printed", "voided", "spare", "issued")]
    keys = ("issued", "returned", "valid", "invalid", "blank", "handed_back", "missing")
    assert rows_under(word, "表 2　测评票的收回和计票")[-1][1:-2] == [str(total[key]) for key in keys]
    assert text_of(word).count("（签字）：") == 4
    assert not word.inline_shapes
