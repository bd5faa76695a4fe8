"""Personal data is hidden before anybody reads it; what is no personal data stays readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.masking import ACCOUNT, IDENTITY, MAIL, MARKS, NAME, NUMBER, PHONE, Masker, clean_text, length

PEOPLE = ("张三", "李建国", "欧阳文静", "高明远")
MASKER = Masker(PEOPLE)


def identity_number(first: str) -> str:
    """Return the 18-digit number whose first 17 digits these are."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(w * int(d) for w, d in zip(weights, first, strict=True)) % 11]


def test_it_works() -> None:
    text = "请张三局长回电13800138000或0791-8123456，邮箱lao.li@example.gov.cn，不要再拖。"
    assert MASKER.mask(text) == f"请{NAME}回电{PHONE}或{PHONE}，邮箱{MAIL}，不要再拖。"


@pytest.mark.parametrize(
    "number",
    [
        "13800138000", "138 0013 8000", "138-0013-8000", "138.0013.8000", "+86 13800138000", "8613800138000",
        "１３８００１３８０００", "一三八零零一三八零零零", "幺三八〇〇幺三八〇〇〇",
        "138\u200b0013\u200b8000", "1 3 8 0 0 1 3 8 0 0 0",
        "①③⑧⓪⓪①③⑧⓪⓪⓪", "0791-8123456", "079181234567", "(0791)81234567", "（0791）8123456", "0791 8123 4567",
        "010-62345678转123",
        "6234567", "62345678", "6234-5678",
    ],
)  # fmt: skip
def test_telephone_numbers_are_hidden(number: str) -> None:
    assert MASKER.mask(f"电话{number}，请回复") == f"电话{PHONE}，请回复"


def test_identity_numbers_are_told_by_their_check() -> None:
    right = identity_number("36012319800101123")
    wrong = right[:-1] + ("1" if right[-1] != "1" else "2")
    assert MASKER.mask(f"我是{right}") == f"我是{IDENTITY}"
    assert MASKER.mask(f"我是{right[:6]} {right[6:14]} {right[14:]}") == f"我是{IDENTITY}"
    assert MASKER.mask("我是360123800101123") == f"我是{IDENTITY}"
    assert MASKER.mask(f"我是{wrong}") == f"我是{NUMBER}"
    assert MASKER.mask("卡号 6222 0212 3456 7890 123") == f"卡号 {NUMBER}"


@pytest.mark.parametrize(
    "mail", ["a@b.cn", "lao.li_2@mail.example.gov.cn", "ａｂｃ＠ｅｘａｍｐｌｅ．ｃｎ", "x @ y.com"]
)
def test_addresses_are_hidden(mail: str) -> None:
    assert MASKER.mask(f"写信到{mail}。") == f"写信到{MAIL}。"


def test_accounts_of_messengers_are_hidden() -> None:
    assert MASKER.mask("加微信wx_laoli88，QQ：123456") == f"加微信{ACCOUNT}，QQ：{ACCOUNT}"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("张三态度差", f"{NAME}态度差"),
        ("张 三态度差", f"{NAME}态度差"),
        ("张局长从不下乡", f"{NAME}从不下乡"),
        ("李副书记答应过", f"{NAME}答应过"),
        ("找欧阳主任三次", f"找{NAME}三次"),
        ("窗口小张爱理不理", f"窗口{NAME}爱理不理"),
        ("小高层电梯坏了", "小高层电梯坏了"),
        ("局长从不下乡", "局长从不下乡"),
        ("王局长从不下乡", "王局长从不下乡"),
    ],
)
def test_people_of_the_list_are_hidden(text: str, masked: str) -> None:
    assert MASKER.mask(text) == masked


@pytest.mark.parametrize("typed", ["买买提·艾力", "买买提•艾力", "买买提．艾力", "买买提艾力", "买买提 · 艾力"])
@pytest.mark.parametrize(
    "written",
    [
        "买买提·艾力", "买买提•艾力", "买买提・艾力", "买买提．艾力", "买买提.艾力", "买买提･艾力", "买买提‧艾力",
        "买买提∙艾力", "买买提艾力", "买买提 艾力", "买买提 · 艾力", "买买提\u200b·艾力", "买 买 提·艾 力",
        "买买提·艾力主任",
    ],
)  # fmt: skip
def test_a_name_is_hidden_in_every_spelling(typed: str, written: str) -> None:
    assert Masker([typed]).mask(f"窗口{written}态度差") == f"窗口{NAME}态度差"


def test_a_name_of_several_parts_is_hidden_by_each() -> None:
    masker = Masker(["买买提·艾力", "Ａｌｉｃｅ Ｗｕ", "⾼明远"])
    assert masker.mask("买买提态度差，艾力也一样") == f"{NAME}态度差，{NAME}也一样"
    assert masker.mask("找alice wu和高明远") == f"找{NAME}和{NAME}"
    assert masker.mask("买菜不便") == "买菜不便"


@pytest.mark.parametrize(
    "text",
    [
        "2008-2009年两次", "20091123 交的材料", "2009年11月23日9时30分", "请拨打12345或114", "拨款3500000元",
        "补贴12000000元到哪去了",
        "县委发〔2026〕8号", "2007 2008 2009 三年", "第一，第二，第三", "占地1234567平方米", "3.1415926535",
        "一二三四五六七",
    ],
)  # fmt: skip
def test_other_numbers_stay(text: str) -> None:
    assert MASKER.mask(text) == text


def test_what_cannot_be_seen_goes() -> None:
    assert clean_text(" 一\u200b行\r\n二\x00行\t \n") == "一行\n二 行"


def test_marks_count_as_one_sign() -> None:
    assert length(f"电话{PHONE}") == 3


noisy = st.text(st.sampled_from([*"0123456789", *"－- 张三局长@.ax〔，一\n"]), max_size=60)


@given(noisy)
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = MASKER.mask(text)
    assert MASKER.mask(once) == once


@given(noisy, st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), noisy)
def test_no_mobile_number_is_left(before: str, number: str, after: str) -> None:
    assert number not in MASKER.mask(f"{before}，{number}，{after}")


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    masked = MASKER.mask(text)
    assert length(masked) <= len(text)
    assert not any(name in masked for name in PEOPLE)


@given(st.lists(st.sampled_from([*MARKS, "办事慢"]), max_size=6).map("".join))
def test_marks_stay_as_they_are(text: str) -> None:
    assert MASKER.mask(text) == text


def test_it_works_without_names() -> None:
    assert Masker().mask("张三说13800138000") == f"张三说{PHONE}"
