"""反馈函: one for each unit, and in each nothing of another."""

import io
import zipfile
from dataclasses import replace

import pytest
from docx.document import Document as WordDocument

from app.reports.letters import feedback_letter, feedback_letters, file_name
from app.rounds.domain import PaperUnit
from tests.papers import asked
from tests.publication.counted import UNITS, make_paper, make_votes
from tests.publication.reading import percents, shown_figures, texts_of
from tests.reports.printed import CODE, NOW, make_document, make_result, open_word, rows_under, text_of
from tests.tally.cast import Json, section_of, with_units


def opened(content: bytes) -> dict[str, WordDocument]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: open_word(archive.read(name)) for name in archive.namelist()}


@pytest.fixture(scope="module")
def document() -> Json:
    return make_document()


def test_it_works(document: Json) -> None:
    letters = opened(feedback_letters(make_result(document), None, NOW))
    assert list(letters) == [f"{place + 1:02d}_{name}.docx" for place, name in enumerate(UNITS)]
    for word, unit in zip(letters.values(), section_of(document)["targets"], strict=True):
        lines = text_of(word).splitlines()
        assert f"{unit['name']}：" in lines
        assert f"全部单位合在一起，满意率在 {section_of(document)['overall_band']['label']} 这一档。" in lines
        assert any(line.startswith(f"结论：{unit['verdict']['label']}。") for line in lines)
        rows = [row[2:] for row in rows_under(word, "各项评价")]
        assert rows == [shown_figures(item["total"], section_of(document)["scale"]) for item in unit["items"]]
        assert CODE in word.sections[0].footer.paragraphs[0].text


def test_a_letter_holds_nothing_of_another_unit(document: Json) -> None:
    letters = opened(feedback_letters(make_result(document), None, NOW))
    common = with_units(document, [])
    for word, unit in zip(letters.values(), section_of(document)["targets"], strict=True):
        text = text_of(word)
        assert not [name for name in UNITS if name != unit["name"] and name in text]
        known = {found for piece in texts_of(common) | texts_of(unit) for found in percents(piece)}
        assert percents(text) <= known


def test_one_letter_is_the_same_as_in_the_zip(document: Json) -> None:
    result = make_result(document)
    one = open_word(feedback_letter(result, section_of(document)["targets"][3], None, NOW))
    assert text_of(one) == text_of(opened(feedback_letters(result, None, NOW))["04_县文工团.docx"])


def test_units_keep_their_official_number(document: Json) -> None:
    part = with_units(document, section_of(document)["targets"][5:6])
    assert list(opened(feedback_letters(make_result(part), None, NOW))) == ["06_文化市场稽查队.docx"]


def test_hidden_results_and_remarks_stay_hidden() -> None:
    votes = make_votes(make_paper(groups={"服务对象": 6}))
    document = make_document(replace(votes, returned={"g0": 3}, remarks=4))
    text = text_of(opened(feedback_letters(make_result(document), None, NOW))["01_县文化馆.docx"])
    assert "没有意见，或不足 10 条，为保护匿名不显示。" in text.splitlines()
    assert percents(text) <= {found for piece in texts_of(section_of(document)["formula"]) for found in percents(piece)}


def test_hints_for_organisers_are_not_in_letters(document: Json) -> None:
    unit: Json = {
        **section_of(document)["targets"][0],
        "notes": [{"code": "uniform", "text": "高度一致"}, {"code": "unknown", "text": "不了解率高"}],
    }
    text = text_of(open_word(feedback_letter(make_result(document), unit, None, NOW)))
    assert "不了解率高" in text
    assert "高度一致" not in text


def test_file_names_are_safe() -> None:
    names = ("..\\/上级", "C:\\a.docx", "a\x00b\nc", "***", "……" * 40, "{{ 7*7 }}")
    assert [file_name(name) for name in names] == ["上级", "C_a_docx", "a_b_c", "单位", "…" * 40, "{{_7_7_}}"]
    units = tuple(PaperUnit(f"u{place}", name) for place, name in enumerate(names))
    document = make_document(make_votes(asked(make_paper(), units=units)))
    letters = opened(feedback_letters(make_result(document), None, NOW))
    assert list(letters)[:2] == ["01_上级.docx", "02_C_a_docx.docx"]
    assert "..\\/上级：" in text_of(letters["01_上级.docx"]).splitlines()
