"""Printed slips can be scanned and typed, and differ in nothing but the code."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.campaigns.disclosure import PROTECTED, Disclosure, Extent, Kind, slip_text
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.slips.codes import format_code, new_code
from app.slips.layout import BOTH, CHINESE
from app.slips.printing import QR_WIDTH, slips_pdf
from app.slips.sheets import SlipBack, SlipEnglish, SlipSheet, Wifi, packed, unpacked
from tests import pdf_pages
from tests.found import some

ADDRESS = "http://192.168.1.5:8000/v"
SHEET = SlipSheet(
    title="县文化广电和旅游局2026年度群众满意度测评",
    group="服务对象代表",
    people=40,
    round_name="第一轮",
    address=ADDRESS,
    qr_prefix=ADDRESS + "#",
    promise=slip_text(PROTECTED, 10),
)
ENGLISH = SlipEnglish(
    "Satisfaction with the work of the County Bureau of Culture, Radio, Television and Tourism in 2026",
    "First round · You are one of 40 people",
    "Representatives of service users",
    ("Scan the code on the left", "Answer the items and submit", "One code, one vote, no names"),
    ("Cannot scan? Enter the code at http://192.168.1.5:8000/v",),
)
PER_PAGE = CHINESE.per_page
SLIPS = [(9.0 + 64 * column, 3.5 + 58 * row, 64.0, 58.0) for row in range(5) for column in range(3)]
HALL = Wifi("Hall;A", 'pass:"word,\\8888')
CODE = r"\w{4}-\w{4}-\w{4}-\w\b"
HOSTILE = [
    "#panic()",
    "*粗*_斜_",
    "$x$",
    "#sys.inputs",
    '"]); #read("/etc/passwd")',
    "<label> @ref",
    "= 标题",
    "// 注释",
    "\\u{1f}",
]


def make_codes(count: int) -> list[str]:
    return [new_code(token_bytes) for _ in range(count)]


def test_it_prints_slips(tmp_path: Path) -> None:
    codes = make_codes(20)
    document = slips_pdf([(SHEET, codes)])
    assert len(pdf_pages.reader(document).pages) == 2
    assert re.findall(CODE, pdf_pages.text(document, "-raw")) == list(map(format_code, codes))
    shown = pdf_pages.text(document)
    assert [
        shown.count(part)
        for part in (SHEET.group, "您是 40 人中的一人", SHEET.promise, ADDRESS, *SHEET.how_to[:2], "不记名")
    ] == [20] * 7
    cut = pdf_pages.cut_outs(document, tmp_path, 1, SLIPS) + pdf_pages.cut_outs(document, tmp_path, 2, SLIPS[:5])
    assert pdf_pages.qr_texts(cut) == [SHEET.qr_prefix + code for code in codes]


def test_every_back_leads_to_the_result_and_tells_no_slip_from_another(tmp_path: Path) -> None:
    back = SlipBack(SHEET.title, SHEET.round_name, "http://192.168.1.5:8000/notices/9xnkg7sved54xbtsq4x7")
    codes = make_codes(17)
    document = slips_pdf([(SHEET, codes)], back)
    assert len(pdf_pages.reader(document).pages) == 4
    for page in (2, 4):
        cut = pdf_pages.cut_outs(document, tmp_path, page, SLIPS)
        assert pdf_pages.qr_texts(cut) == [back.link] * PER_PAGE
    texts = [page.extract_text() for page in pdf_pages.reader(document).pages]
    assert texts[1] == texts[3]
    assert not re.search(CODE, texts[1])
    assert "投票请扫正面" in texts[1]
    assert re.findall(CODE, pdf_pages.text(document, "-raw")) == list(map(format_code, codes))


def test_the_qr_is_large_enough_for_bad_phones() -> None:
    assert QR_WIDTH >= 22


def test_slips_differ_in_nothing_but_the_code() -> None:
    document = slips_pdf([(SHEET, make_codes(PER_PAGE))])
    fixed = re.sub(CODE, "", pdf_pages.text(document, "-raw")).split()
    one = re.sub(CODE, "", pdf_pages.text(slips_pdf([(SHEET, make_codes(1))]), "-raw")).split()
    assert sorted(fixed) == sorted(one * PER_PAGE)


def test_the_file_names_no_time_and_no_maker() -> None:
    reader = pdf_pages.reader(slips_pdf([(SHEET, make_codes(3))]))
    assert reader.metadata == {"/Title": SHEET.title}
    assert reader.xmp_metadata is None
    assert "/ID" not in reader.trailer


def test_a_group_begins_on_a_new_page_with_its_own_text() -> None:
    other = replace(SHEET, group="单位职工代表", qr_prefix="http://10.0.0.1/v#")
    document = slips_pdf([(SHEET, make_codes(2)), (other, make_codes(16))])
    pages = [page.extract_text() for page in pdf_pages.reader(document).pages]
    assert [(SHEET.group in page, other.group in page) for page in pages] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_a_hundred_groups_are_no_burden() -> None:
    sheets = [(replace(SHEET, group=f"第{number}代表团", wifi=HALL), make_codes(16)) for number in range(100)]
    document = slips_pdf(sheets)
    assert len(pdf_pages.reader(document).pages) == 200
    assert len(document) < 3_000_000


def test_it_prints_the_network_of_the_hall(tmp_path: Path) -> None:
    codes = make_codes(3)
    document = slips_pdf([(replace(SHEET, wifi=HALL), codes)])
    qr_texts = pdf_pages.qr_texts(pdf_pages.pictures(document, tmp_path, 300))
    assert {SHEET.qr_prefix + code for code in codes} <= set(qr_texts)
    assert 'WIFI:T:WPA;S:Hall\\;A;P:pass\\:\\"word\\,\\\\8888;;' in qr_texts


@pytest.mark.parametrize("text", HOSTILE)
def test_what_users_wrote_stays_text(text: str) -> None:
    sheet = replace(SHEET, title=text, group=text, round_name=text, how_to=(text,), wifi=Wifi(text, text))
    plain = pdf_pages.text(slips_pdf([(sheet, make_codes(1))]), "-raw").replace("\u200b", "")
    assert re.sub(r"\s", "", text) in re.sub(r"\s", "", plain)


def lines_of(document: bytes, page: int) -> list[tuple[str, float]]:
    """Return the words of a page with the height of their font in points, as pdftotext tells them."""
    told = pdf_pages.text(document, "-f", str(page), "-l", str(page), "-bbox-layout")
    words = re.findall(r'<word xMin="[\d.]+" yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">(.*?)</word>', told)
    return [(text, float(bottom) - float(top)) for top, bottom, text in words]


@pytest.mark.parametrize("wifi", [None, HALL])
@pytest.mark.parametrize("back", [False, True])
def test_what_people_read_is_large_enough(*, back: bool, wifi: Wifi | None) -> None:
    """Titles and instructions in 9 points or more, the round's name in 8, with the longest names that are usual."""
    sheet = replace(
        SHEET,
        title="贵州省黔东南苗族侗族自治州人民代表大会常务委员会年度工作评议",
        round_name="群众满意度测评（第一次）",
        wifi=wifi,
    )
    document = slips_pdf([(sheet, make_codes(1))], SlipBack(sheet.title, sheet.round_name, ADDRESS))
    sizes = lines_of(document, 2 if back else 1)
    told = (
        ["投票请扫正面", "向参评人员公布后"]
        if back
        else ["扫左侧二维码", "逐项选择后提交", "不记名", "扫不了", "服务对象"]
    )
    for part, least in [(sheet.title[:8], 9.0), (sheet.round_name, 8.0), *((one, 9.0) for one in told)]:
        assert [size for text, size in sizes if part in text], part
        assert min(size for text, size in sizes if part in text) >= least - 0.01, part


PROMISES = [PROTECTED, *(Disclosure(Kind.ANNOUNCED, extent) for extent in Extent)]


@pytest.mark.parametrize("wifi", [None, HALL])
@pytest.mark.parametrize("points", [False, True])
@pytest.mark.parametrize("shown", PROMISES)
def test_the_promise_is_one_line_whatever_it_is(shown: Disclosure, points: bool, wifi: Wifi | None) -> None:
    """Every sign prints, in 7 points or more, on one line, and as many slips stand on a page as without."""
    for floor in (10, 100) if shown is PROTECTED else (10,):
        sheet = replace(SHEET, title="贵州省黔东南苗族侗族自治州人民代表大会常务委员会年度工作评议", wifi=wifi)
        promise = slip_text(shown, floor, points=points)
        document = slips_pdf([(replace(sheet, promise=promise), make_codes(PER_PAGE))])
        assert len(pdf_pages.reader(document).pages) == 1
        squeezed = re.sub(r"\s", "", promise)
        lines = [re.sub(r"\s", "", line) for line in pdf_pages.text(document, "-raw").splitlines()]
        assert sum(squeezed in line for line in lines) == PER_PAGE
        assert 0 not in pdf_pages.glyphs(document)
        assert min(size for text, size in lines_of(document, 1) if text in promise and len(text) > 2) >= 6.99


@pytest.mark.parametrize("wifi", [None, HALL])
def test_english_stands_beside_the_chinese_which_is_as_large_as_alone(tmp_path: Path, wifi: Wifi | None) -> None:
    codes = make_codes(BOTH.per_page)
    document = slips_pdf([(replace(SHEET, wifi=wifi, english=ENGLISH), codes)])
    assert len(pdf_pages.reader(document).pages) == 1
    slips = [(*corner, *BOTH.slip) for corner in BOTH.corners()]
    texts = pdf_pages.qr_texts(pdf_pages.cut_outs(document, tmp_path, 1, slips))
    assert [text for text in texts if text.startswith(ADDRESS)] == [SHEET.qr_prefix + code for code in codes]
    sizes = lines_of(document, 1)
    for word in ("Satisfaction", "Representatives", "Scan", "Answer", "names", "Cannot"):
        found = [size for text, size in sizes if text == word]
        assert (len(found), min(found) >= 6.5) == (BOTH.per_page, True), (word, found)
    alone = dict(lines_of(slips_pdf([(replace(SHEET, wifi=wifi), codes)]), 1))
    for text in ("扫左侧二维码", "逐项选择后提交", SHEET.group):
        assert {round(size, 3) for shown, size in sizes if shown == text} == {round(alone[text], 3)}
    assert 0 not in pdf_pages.glyphs(document)


def test_the_back_tells_an_english_reader_on_which_side_to_vote() -> None:
    back = SlipBack(SHEET.title, SHEET.round_name, ADDRESS, replace(ENGLISH, lines=("To vote, scan the other side",)))
    document = slips_pdf([(replace(SHEET, english=ENGLISH), make_codes(1))], back)
    told = " ".join(pdf_pages.reader(document).pages[1].extract_text().split())
    assert told.count("scan the other side") == BOTH.per_page


def test_what_stands_on_slips_goes_through_the_pipe_as_it_is() -> None:
    sheets = [(replace(SHEET, wifi=HALL, english=ENGLISH), ["code"]), (SHEET, ["other"])]
    back = SlipBack("a", "b", "c", ENGLISH)
    assert unpacked(packed(sheets, back)) == (sheets, back)


LATIN = "Satisfaction with the comprehensive administrative law enforcement of the county "
GERMAN = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamten"


def boxes_of(document: bytes, page: int) -> list[tuple[str, tuple[float, ...]]]:
    """Return the words of a page with where they stand: left, top, right and bottom in points."""
    told = pdf_pages.text(document, "-f", str(page), "-l", str(page), "-bbox")
    found = re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', told)
    return [(word, tuple(map(float, box))) for *box, word in found]


@pytest.mark.parametrize("wifi", [None, HALL, Wifi("n" * 32, "p" * 63)])
@pytest.mark.parametrize("name", [LATIN * 2, GERMAN, "A" * 60, "9" * 60, "很长的名称" * 12, "长 name " * 7])
def test_names_of_any_length_stand_whole_in_their_place(name: str, wifi: Wifi | None) -> None:
    """As long as they may be typed: 60 signs, 160 in English, in one word or many."""
    typed, link = name[:60], "https://" + "long-name." * 9 + "cn/v"
    english = replace(ENGLISH, title=name[:160], more=name[:160], group=name[:160], lines=(f"Enter it at {link}",))
    sheet = replace(SHEET, title=typed, round_name=typed, group=typed, address=link, wifi=wifi, english=english)
    document = slips_pdf([(sheet, make_codes(1))], SlipBack(typed, typed, link, english))
    left, top = next(BOTH.corners())
    middle, right = left + CHINESE.slip[0], left + BOTH.slip[0]
    for page in (1, 2):
        words = [
            (word, box) for word, box in boxes_of(document, page)
            if box[0] < right / 25.4 * 72 and box[1] < (top + BOTH.slip[1]) / 25.4 * 72
        ]  # fmt: skip
        sides = {"": "", "english": ""}
        for word, (start, _, end, bottom) in words:
            is_english = start > middle / 25.4 * 72
            assert end <= (right if is_english else middle - 2.5) / 25.4 * 72, (page, word)
            assert bottom <= (top + BOTH.slip[1]) / 25.4 * 72
            sides["english" if is_english else ""] += word.replace("\u200b", "").replace("\u00ad", "").rstrip("-")
        squeezed = {side: text.replace("-", "") for side, text in sides.items()}
        for side, wanted, times in (("", typed, 3 if page == 1 else 2), ("english", name[:160], 3)):
            assert squeezed[side].count(wanted.replace(" ", "")) == times, (page, side, sides[side])
        assert all(link.replace("-", "") in text for text in some(squeezed.values())), (page, sides)


def test_long_names_shrink_instead_of_being_cut_off() -> None:
    sheet = replace(
        SHEET, title="很长的活动名称" * 12, group="很长的类别" * 8, address="https://" + "long-name." * 9 + "cn/v"
    )
    plain = re.sub(r"[\s\u200b]", "", pdf_pages.text(slips_pdf([(sheet, make_codes(1))]), "-raw"))
    assert all(part in plain for part in (sheet.title, sheet.group, sheet.address))


def test_rare_names_stand_on_slips() -> None:
    """Signs that people and places bear and that common fonts lack, in both weights."""
    rare = "㛃𬭎䶮𫖯龑"
    document = slips_pdf([(replace(SHEET, title=rare, group=rare, round_name=rare), make_codes(2))])
    assert pdf_pages.text(document).count(rare) == 3 * 2
    assert 0 not in pdf_pages.glyphs(document)


def test_it_leaves_nothing_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    slips_pdf([(SHEET, make_codes(40))])
    assert not list(tmp_path.iterdir())


def test_it_refuses_to_print_nothing() -> None:
    with pytest.raises(DomainError, match="slips_nothing_to_print"):
        slips_pdf([(SHEET, [])])


def test_what_goes_through_the_pipe_comes_out_of_it() -> None:
    sheets = [(replace(SHEET, wifi=HALL), make_codes(3)), (SHEET, make_codes(2))]
    back = SlipBack("某单位", "第一轮", "http://127.0.0.1/notices/x")
    assert unpacked(packed(sheets, back)) == (sheets, back)
    assert unpacked(packed(sheets, None)) == (sheets, None)
