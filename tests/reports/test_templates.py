"""Templates of an organisation: what may be in one, and how every other one is refused."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest

from app.core.errors import DomainError
from app.office.markup import Pictures, Style, joined, paragraph
from app.office.package import MAX_BYTES
from app.reports.fields import FIELDS, ReportKind, shipped_template
from app.reports.templates import check_template, fill_template
from tests.found import some
from tests.reports import hostile_words as hostile
from tests.reports.printed import NOW, open_word, text_of

ROOT = Path(__file__).resolve().parents[2]
DOCTYPE = '<!DOCTYPE x [<!ENTITY y "z">]>'
DEEP = "<w:p>" * 999 + "</w:p>" * 999
SURVEY, LETTER, SCRUTINY = ReportKind.SURVEY, ReportKind.LETTER, ReportKind.SCRUTINY


def values_of(kind: ReportKind, **changes: str) -> dict[str, str]:
    fields = {
        field.name: paragraph(f"块{field.name}") if field.is_block else f"值{field.name}" for field in FIELDS[kind]
    }
    return {**fields, **changes}


def refusal(content: bytes, kind: ReportKind = SURVEY) -> tuple[str, object]:
    with pytest.raises(DomainError) as refused:
        check_template(kind, content)
    return refused.value.code, refused.value.params.get("name")


@pytest.mark.parametrize("kind", ReportKind)
def test_it_works(kind: ReportKind) -> None:
    check_template(kind, shipped_template(kind))
    word = open_word(fill_template(kind, None, values_of(kind), Pictures(), NOW))
    footer = word.sections[0].footer.paragraphs[0].text
    text = text_of(word) + footer
    assert all(
        f"{'块' if field.is_block else '值'}{field.name}" in text
        for field in some(field for field in FIELDS[kind] if field.needed)
    )
    assert "值核验码" in footer
    assert "{" not in text


def test_shipped_templates_are_what_the_script_writes(tmp_path: Path) -> None:
    script = (ROOT / "scripts" / "make-word-templates").read_text()
    moved = tmp_path / "scripts" / "make-word-templates"
    moved.parent.mkdir()
    (tmp_path / "app" / "reports" / "templates").mkdir(parents=True)
    (tmp_path / "app" / "office").mkdir()
    moved.write_text(script)
    subprocess.run([sys.executable, str(moved)], check=True, cwd=tmp_path)
    for kind in ReportKind:
        written = tmp_path / "app" / "reports" / "templates" / f"{kind.value}.docx"
        assert written.read_bytes() == shipped_template(kind)


def test_a_template_written_by_hand() -> None:
    word = docx.Document()
    word.add_heading("自己的模板")
    for field in FIELDS[SCRUTINY]:
        paragraph = word.add_paragraph()
        for piece in ("{", "{ ", field.name[:1], field.name[1:], " }", "}"):
            paragraph.add_run(piece)
    out = io.BytesIO()
    word.save(out)
    check_template(SCRUTINY, out.getvalue())
    filled = open_word(fill_template(SCRUTINY, out.getvalue(), values_of(SCRUTINY), Pictures(), NOW))
    assert text_of(filled).splitlines()[:2] == ["自己的模板", "值标题"]
    assert "块签字" in text_of(filled)
    assert {style.value for style in Style} <= {style.style_id for style in filled.styles}


def test_texts_are_data() -> None:
    texts = [
        "{{ 7*7 }}",
        "{% raw %}",
        "<w:p>&amp;",
        "=cmd|' /C calc'!A0",
        "a\x00\x0b\ud800b",
        "{_{ x }_}",
        "一\n二\a三\f四",
    ]
    shown = ["{{ 7*7 }}", "{% raw %}", "<w:p>&amp;", "=cmd|' /C calc'!A0", "a b", "{_{ x }_}", "一 二 三 四"]
    blocks = joined(paragraph(text) for text in texts)
    word = open_word(fill_template(SCRUTINY, None, values_of(SCRUTINY, 签字=blocks), Pictures(), NOW))
    lines = text_of(word).splitlines()
    assert [line for line in lines if line in shown] == shown
    word = open_word(fill_template(SCRUTINY, None, values_of(SCRUTINY, 标题="{{ 7*7 }}<w:p/>"), Pictures(), NOW))
    assert "{{ 7*7 }}<w:p/>" in text_of(word).splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7*7 }}", "{{ ''.__class__ }}", "{{ 标题.__class__ }}", "{{ 标题|upper }}", "{{ 标题() }}", "{{ 不认识 }}",
        "{% for x in range(9) %}{% endfor %}", "{% include 'x' %}", "{# 标题 #}", "{{- 标题 -}}", "{{ 标题",
        "{{ self._TemplateReference__context }}", "{% raw %}{{ 标题 }}{% endraw %}", "{{p 标题 }}", "{{ '标题' }}",
        "{{ }}", "{% set 标题 = 1 %}", "{%tr for x in 标题 %}", "{{ 标题 if 1 }}", "{{ cycler.__init__ }}",
    ],
)  # fmt: skip
def test_it_refuses_every_other_expression(text: str) -> None:
    code, field = refusal(hostile.with_text(text))
    assert code == "template_unknown_field"
    assert field


def test_it_refuses_expressions_outside_of_texts() -> None:
    hidden = '<w:p><w:pPr><w:pStyle w:val="{{ cycler }}"/></w:pPr></w:p>'
    content = hostile.changed(hostile.DOCUMENT, lambda xml: xml.replace("<w:body>", f"<w:body>{hidden}", 1))
    assert refusal(content) == ("template_unknown_field", "cycler")
    footer = hostile.changed("word/footer1.xml", lambda xml: xml.replace("核验码：", "{{ 7*7 }}"))
    assert refusal(footer) == ("template_unknown_field", "{{ 7 *")


@pytest.mark.parametrize("kind", ReportKind)
def test_it_refuses_a_missing_field(kind: ReportKind) -> None:
    for field in FIELDS[kind]:
        if field.needed and field.name != "组织单位":
            assert refusal(hostile.without(field.name, kind), kind) == ("template_missing_field", field.name)


def test_it_refuses_fields_of_another_kind() -> None:
    assert refusal(shipped_template(LETTER), SURVEY)[0] == "template_unknown_field"


def test_it_refuses_misplaced_and_repeated_blocks() -> None:
    assert refusal(hostile.with_text("见{{ 基本情况 }}")) == ("template_misplaced_field", "基本情况")
    assert refusal(hostile.with_text("{{ 基本情况 }}")) == ("template_repeated_field", "基本情况")
    assert refusal(hostile.with_text("{{ 标题 }}" * 41)) == ("template_repeated_field", "标题")
    in_footer = hostile.changed("word/footer1.xml", lambda xml: xml.replace("核验码：", "{{ 口径 }}"))
    assert refusal(in_footer) == ("template_misplaced_field", "口径")


def test_it_refuses_what_is_no_word_file() -> None:
    for content in (
        b"", b"PK\x03\x04", b"%PDF-1.7", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100, shipped_template(SURVEY)[:-200],
        hostile.changed(hostile.TYPES, lambda xml: xml.replace("document.main", "template.main")),
        hostile.changed(hostile.DOCUMENT, lambda _: "<a><b></a>"),
        hostile.changed(hostile.DOCUMENT, lambda _: "<a/>"),
        hostile.changed(hostile.DOCUMENT, lambda xml: xml.replace("<w:document", f"{DOCTYPE}<w:document")),
        hostile.changed(hostile.DOCUMENT, lambda xml: xml.replace("<w:body>", f"<w:body>{DEEP}")),
        hostile.repacked({}, {"../evil.xml": b"<a/>"}),
    ):  # fmt: skip
        assert refusal(content)[0] == "template_not_word"


def test_it_refuses_what_is_too_large() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place in range(201):
            archive.writestr(f"{place}.xml", b"<a/>")
    bombs = [
        b"PK\x03\x04" + bytes(MAX_BYTES),
        out.getvalue(),
        hostile.repacked({}, {"word/media/a.bin": bytes(20 * 1024**2)}),
        hostile.repacked({}, {"word/a.xml": b"<a>" + b" " * (5 * 1024**2) + b"</a>"}),
    ]
    assert [refusal(bomb)[0] for bomb in bombs] == ["template_too_large"] * len(bombs)


def test_it_refuses_macros_links_and_embedded_files() -> None:
    macro = "application/vnd.ms-word.document.macroEnabled.main+xml"
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    for content in (
        hostile.repacked({}, {"word/vbaProject.bin": b"x"}),
        hostile.changed(hostile.TYPES, lambda xml: xml.replace(word, macro)),
        hostile.with_relation("attachedTemplate", "file:///server/x.dotm"),
        hostile.with_relation("image", "https://tracker.example/x.png"),
        hostile.with_relation("oleObject", "embeddings/x.bin", "Internal"),
        hostile.with_relation("aFChunk", "x.html", "Internal"),
        hostile.with_code('DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"'),
        hostile.with_code(' INCLUDETEXT "c:/secret.docx" '),
        hostile.with_code(""),
        hostile.with_code(' HYPERLINK "file:///c:/secret.docx" '),
        hostile.with_code(' HYPERLINK "https://tracker.example/" \\l "x" '),
        hostile.with_code(" HYPERLINK server\\share "),
        hostile.with_relation("hyperlink", "file:///c:/secret.docx"),
        hostile.with_relation("hyperlink", "\\\\server\\share"),
        hostile.with_relation("hyperlink", "https://www.example.cn/"),
        hostile.with_relation("hyperlink", "mailto:x@example.cn"),
        hostile.with_relation("image", "https://tracker.example/x.png", "Internal"),
        hostile.with_relation("image", "//tracker.example/x.png", "Internal"),
        hostile.with_picture('src="https://tracker.example/x.png"'),
        hostile.with_picture('o:href="file:///c:/secret.docx"'),
        hostile.with_picture('href="\\\\server\\share"'),
        hostile.changed(hostile.DOCUMENT, lambda xml: xml.replace("<w:body>", "<w:body><w:altChunk/>", 1)),
    ):
        assert refusal(content)[0] == "template_active_content"
    check_template(SURVEY, hostile.with_code(" NUMPAGES "))
    check_template(SURVEY, hostile.with_code(' HYPERLINK \\l "_Toc1" '))
    check_template(SURVEY, hostile.with_picture('href="#_Toc1"'))


@pytest.mark.parametrize(
    "content",
    [
        hostile.with_setting('<w:mailMerge><w:connectString w:val="Data Source=//server/share"/></w:mailMerge>'),
        hostile.with_setting('<w:saveThroughXslt w:solutionID="http://server/x.xslt"/>'),
        hostile.with_setting(
            '<l:schemaLibrary xmlns:l="x"><l:schema l:manifestLocation="http://a/"/></l:schemaLibrary>'
        ),
        hostile.with_drawing('<svg xmlns="http://www.w3.org/2000/svg"><image href="http://server/x.png"/></svg>'),
        hostile.with_drawing('<!DOCTYPE svg SYSTEM "http://server/x.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>'),
        hostile.changed(
            hostile.DOCUMENT,
            lambda xml: xml.replace("<w:body>", '<w:body><v:webVideoPr xmlns:v="x" embeddedHtml="&lt;iframe>"/>', 1),
        ),
    ],
)
def test_it_refuses_what_word_fetches_by_other_ways_than_links(content: bytes) -> None:
    assert refusal(content)[0] == "template_active_content"


def test_it_refuses_a_part_whose_name_hides_that_it_is_read_as_xml() -> None:
    """So a field in it went into every report: by its name nobody looked at it."""
    in_text = hostile.with_code(' INCLUDETEXT "http://server/x.docx" ')
    field = '<w:p><w:fldSimple w:instr=" INCLUDEPICTURE &quot;http://server/x.png&quot; "/></w:p></w:ftr>'
    in_footer = hostile.changed("word/footer1.xml", lambda xml: xml.replace("</w:ftr>", field))
    for content, part, name in ((in_text, "document.xml", "document.bin"), (in_footer, "footer1.xml", "footer1.png")):
        assert refusal(hostile.renamed(content, part, name))[0] == "template_not_word"
    check_template(SURVEY, hostile.renamed(hostile.with_code(" PAGE "), "footer1.xml", "footer9.xml"))


def test_a_plain_drawing_may_stay() -> None:
    check_template(SURVEY, hostile.with_drawing('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9"/></svg>'))
