"""Numbers look as a Chinese Excel shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.office.sheets.codes import BUILTIN, shown, shown_text

DAY = 46351.0
"""25 November 2026, a Wednesday."""


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("General", 1.0, "1"),
        ("General", 0.1 + 0.2, "0.3"),
        ("General", 1 / 3, "0.3333333333"),
        ("General", 13800138000.0, "13800138000"),
        ("General", -2.5, "-2.5"),
        ("G/通用格式", 12.0, "12"),
        ('G/通用格式"人"', 12.0, "12人"),
        ("@", 5.0, "5"),
        ("0%", 0.5, "50%"),
        ("0.00%", 0.985, "98.50%"),
        ("0%", 0.005, "1%"),
        ("0", 2.5, "3"),
        ("0", -0.4, "0"),
        ("000", 7.0, "007"),
        ("00000", 12.0, "00012"),
        ('"第"0"号"', 12.0, "第12号"),
        ("0.", 3.0, "3."),
        (".00", 1.5, "1.50"),
        ("#,##0", 1234567.0, "1,234,567"),
        ("#,##0", 12.0, "12"),
        ("#,##0.00", 1234.5, "1,234.50"),
        ("#,##0.00;[Red]-#,##0.00", -1234.5, "-1,234.50"),
        ("#,##0.00_);(#,##0.00)", -1234.5, "(1,234.50)"),
        ('0.00"元"', -3.0, "-3.00元"),
        ("0.##", 1.5, "1.5"),
        ("0.##", 1.0, "1."),
        ("0.0??", 1.5, "1.5  "),
        ("#", 0.0, ""),
        ("0,", 12_345.0, "12"),
        ('0.0,"千"', 12_345.0, "12.3千"),
        ("000-0000-0000", 13800138000.0, "138-0013-8000"),
        ("0.00E+00", 12_345.0, "1.23E+04"),
        ("##0.0E+0", 12_345.0, "12.3E+3"),
        ("# ?/?", 0.5, "1/2"),
        ("# ?/?", 2.25, "2 1/4"),
        ("?/?", 2.25, "9/4"),
        ('"¥"#,##0.00', 1234.5, "¥1,234.50"),
        ("[$¥-804]#,##0", 1234.0, "¥1,234"),
        ('[<60]"不合格";[>=90]"优秀";"合格"', 59.0, "不合格"),
        ('[<60]"不合格";[>=90]"优秀";"合格"', 95.0, "优秀"),
        ('[<60]"不合格";[>=90]"优秀";"合格"', 75.0, "合格"),
        ('0;-0;"无"', 0.0, "无"),
        ("[DBNum1]General", 25.0, "二十五"),
        ("[DBNum1][$-804]0", 10_020.0, "一万〇二十"),
        ("[DBNum2][$-804]General", 105.0, "壹佰零伍"),
        ("[DBNum1]0.0", 1.5, "一.五"),
        ("yyyy/m/d", DAY, "2026/11/25"),
        ('yyyy"年"m"月"d"日"', DAY, "2026年11月25日"),
        ("yyyy年m月d日", DAY, "2026年11月25日"),
        ("yyyy\\年mm\\月dd\\日;@", DAY, "2026年11月25日"),
        ("yyyy-mm-dd", DAY, "2026-11-25"),
        ("yy.m.d", DAY, "26.11.25"),
        ('m"月"d"日"', 46024.0, "1月2日"),
        ("d-mmm", 46024.0, "2-Jan"),
        ("m/d", 46024.0, "1/2"),
        ('[DBNum1][$-804]yyyy"年"m"月"d"日"', DAY, "二〇二六年十一月二十五日"),
        ("[$-804]aaaa;@", DAY, "星期三"),
        ("[$-804]dddd", DAY, "星期三"),
        ("dddd", DAY, "Wednesday"),
        ("[$-F800]dddd\\, mmmm dd\\, yyyy", DAY, "2026年11月25日"),
        ("h:mm", DAY + 0.75, "18:00"),
        ("yyyy/m/d h:mm", DAY + 0.3125, "2026/11/25 7:30"),
        ('上午/下午h"时"mm"分"', DAY + 0.75, "下午6时00分"),
        ("h:mm AM/PM", DAY + 0.75, "6:00 PM"),
        ("mm:ss.0", 0.5 / 86_400, "00:00.5"),
        ("[h]:mm:ss", 1.5, "36:00:00"),
        ("yyyy-mm-dd", 1.0, "1900-01-01"),
        ("yyyy-mm-dd", 61.0, "1900-03-01"),
        ("yyyy-mm-dd", -1.0, "-1"),
        ("0" * 400, 5.0, "5"),
    ],
)  # fmt: skip
def test_it_works(code: str, value: float, text: str) -> None:
    assert shown(value, code) == text


def test_days_may_be_counted_from_1904() -> None:
    assert shown(0.0, "yyyy-mm-dd", from_1904=True) == "1904-01-01"


@pytest.mark.parametrize(
    ("code", "text"),
    [("@", "甲"), ('"共"@"页"', "共甲页"), ('0;-0;0;"《"@"》"', "《甲》"), ("0", "甲"), ("General", "甲")],
)
def test_texts_may_be_given_something_around_them(code: str, text: str) -> None:
    assert shown_text("甲", code) == text


@pytest.mark.parametrize("number", BUILTIN)
def test_every_builtin_format_shows_something(number: int) -> None:
    assert shown(46351.25, BUILTIN[number])


@given(
    st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%/;[]<>=-"\\@yYmdhsaE+年月日 DBNum1', max_size=20)
)
def test_no_format_stops_the_reading(value: float, code: str) -> None:
    assert isinstance(shown(value, code), str)
    assert isinstance(shown_text("甲", code), str)
