"""Hiding personal data in what people wrote before it is stored or shown: rather a number too many than one too few."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise

from app.core.folding import MIDDLE_DOTS

PHONE = "〔电话已隐去〕"
IDENTITY = "〔身份证号已隐去〕"
NUMBER = "〔号码已隐去〕"
MAIL = "〔邮箱已隐去〕"
ACCOUNT = "〔账号已隐去〕"
NAME = "〔姓名已隐去〕"
Mark = Callable[[re.Match[str]], str]
MARKS = (PHONE, IDENTITY, NUMBER, MAIL, ACCOUNT, NAME)

_MARK = re.compile("|".join(map(re.escape, MARKS)))
_MARKS_APART = re.compile(f"({_MARK.pattern})")
_SPOKEN = str.maketrans("〇零一二三四五六七八九幺", "0012345678" + "91")
_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}\s?@\s?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_ACCOUNT = re.compile(r"(?i)(?:微信|qq|vx|wechat|抖音)号?(?:码|是|为)?:?\s?(?P<hidden>[A-Za-z0-9][A-Za-z0-9_-]{4,19})")
_LANDLINE = re.compile(
    r"(?<![0-9])\(?0[1-9][0-9]{1,2}\)?[ \-–—]{0,2}[2-9][0-9]{2,3}[ \-]?[0-9]{4}(?:(?:转|-)[0-9]{1,5})?(?![0-9])"
)
_LONG = re.compile(r"(?<![0-9])(?:\+?86[ \-]?)?[0-9]{3,}(?:[ \-][0-9]{3,})*[Xx]?(?:转[0-9]{1,5})?(?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])(?:\+?86[ \-]?)?1[ ]?[3-9](?:[ \-–—_.·()]{0,2}[0-9]){9}(?![0-9])")
_LOCAL = re.compile(r"(?<![0-9.])[2-9][0-9]{2,3}-?[0-9]{4}(?![0-9.])(?!\s?[元万亿吨人户亩平米公千%年月份件次])")
_PHONE = re.compile(r"(?:86)?1[3-9][0-9]{9}|0[1-9][0-9]{9,10}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"
_LONG_FROM = 11
_SUSPICIOUS = re.compile("[A-Za-z@]")
_HAN_FIRST, _HAN_LAST = 0x4E00, 0x9FFF
_EDGES = (_HAN_FIRST - 1, *sorted(sign for sign in _SPOKEN if sign >= _HAN_FIRST), _HAN_LAST + 1)
_HAN = re.compile("[" + "".join(f"{chr(a + 1)}-{chr(b - 1)}" for a, b in pairwise(_EDGES) if b - a > 1) + "]+")
"""Most of what people write: it stands for nothing else, so that one need not look at it sign by sign."""
_FOREIGN = re.compile("[^\x00-\x7f\u4e00-\u9fff]")
_FEWEST_DIGITS = 5
_OLD_IDENTITY, _IDENTITY = 15, 18
_NAME_FROM = 2
_DOT = f"[.{re.escape(MIDDLE_DOTS)}]"
_BETWEEN = rf"[\s.{re.escape(MIDDLE_DOTS)}]{{0,3}}"
"""What may stand between the signs of a name: people write names of several parts with every kind of dot, or none."""

_TITLES = (
    "(?:常务)?副?(?:书记|县长|区长|镇长|乡长|村长|部长|局长|主任|主席|科长|股长|处长|所长|站长|馆长|队长|院长|校长|园长|"
    "团长|台长|行长|社长|组长|会长|厂长|经理|秘书|会计|出纳|老师|医生|大夫|护士|警官|法官|检察官|律师|师傅|干事|科员|"
    "同志|先生|女士|小姐|大姐|大哥|阿姨)"
)
_COMPOUND = (
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "长孙",
)  # fmt: skip
# 小高层, 老白干, 小马路: with these surnames 老 and 小 make everyday words.
_EVERYDAY = frozenset("高白黄安常金时康方路于和师花马牛熊车水米石毛叶王丁万包田区门家事项段景应")


def clean_text(text: str) -> str:
    """Return the text without what cannot be seen, by which a number could be torn apart; line breaks stay."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if not plain.replace("\n", "").isprintable():
        signs = (sign for sign in plain if unicodedata.category(sign) != "Cf")
        plain = "".join(" " if _is_control(sign) else sign for sign in signs)
    return "\n".join(line.strip() for line in plain.strip().split("\n"))


def _is_control(sign: str) -> bool:
    return sign != "\n" and unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"}


def length(text: str) -> int:
    """Return how long a text is, each mark counted as one sign: a mark may be longer than what it hides."""
    return len(_MARK.sub("〔", text))


class Masker:
    """Masks personal data; ``names`` are people whose names, and surnames with a title, are hidden too."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        known = [_parts_of(name) for name in names]
        plain = {parts[0] for parts in known if len(parts) == 1}
        people = _longest_first({"".join(parts) for parts in known} | {part for parts in known for part in parts})
        surnames = _longest_first({_surname(name) for name in plain if len(name) >= _NAME_FROM}, 1)
        self._people = re.compile(_people_pattern(people, surnames), re.IGNORECASE) if people else None
        firsts = "".join(re.escape(name[0]) for name in people)
        self._first = re.compile(f"[老小{firsts}]", re.IGNORECASE)

    def mask(self, text: str) -> str:
        """Return the cleaned text with marks in the place of personal data; masking twice changes nothing more."""
        parts = _MARKS_APART.split(clean_text(text))
        # Every other part is a mark of an earlier masking.
        return "".join(part if place % 2 else self._mask_part(part) for place, part in enumerate(parts))

    def _mask_part(self, text: str) -> str:
        if self._people is not None:
            plain = _plain(text)
            if self._first.search(plain):
                text = _replace(text, plain, self._people, lambda _: NAME)
        if _is_harmless(text):
            return text
        forms = _forms(text)
        for pattern, mark, form in _HIDDEN:
            replaced = _replace(text, forms[form], pattern, mark)
            if replaced != text:
                text, forms = replaced, _forms(replaced)
        return text


def _forms(text: str) -> tuple[str, str]:
    """Return the text in ASCII as far as it goes, as it is written and as its numbers are spoken."""
    plain = _plain(text)
    return plain, plain.translate(_SPOKEN)


def _replace(text: str, plain: str, pattern: re.Pattern[str], mark: Mark) -> str:
    """Replace what ``pattern`` finds (or its group ``hidden``) in the text's ASCII form, which has the same places.

    ``mark`` returns what to put there; "" keeps the original.
    """
    made, end = [], 0
    for found in pattern.finditer(plain):
        replacement = mark(found)
        if replacement:
            start, next_end = found.span("hidden" if pattern.groupindex else 0)
            made += [text[end:start], replacement]
            end = next_end
    return "".join([*made, text[end:]]) if made else text


def _is_harmless(text: str) -> bool:
    """Whether no pattern below can find anything: most texts have neither Latin letters nor five digits."""
    _, plain = _forms(_HAN.sub("", text))
    return not _SUSPICIOUS.search(plain) and sum(plain.count(digit) for digit in "0123456789") < _FEWEST_DIGITS


def _plain(text: str) -> str:
    """Return a text of as many signs, with ASCII ones where there are some."""
    return _FOREIGN.sub(_plain_sign, text)


def _plain_sign(found: re.Match[str]) -> str:
    return _ascii(found[0])


@lru_cache(maxsize=4096)
def _ascii(sign: str) -> str:
    """Return the ASCII sign for a full-width or foreign one, where there is one."""
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    narrow = unicodedata.normalize("NFKC", sign)
    return narrow if len(narrow) == 1 else sign


def _long_mark(found: re.Match[str]) -> str:
    """Return the mark of a long number: bank cards and mistyped numbers are hidden as well as proper ones."""
    groups = re.split("[ -]", found[0].lstrip("+").partition("转")[0])
    digits = "".join(groups)
    if len(digits) < _LONG_FROM or all(_YEAR.fullmatch(group) for group in groups):
        return ""
    if _is_identity(digits):
        return IDENTITY
    is_phone = _PHONE.fullmatch(digits) or all(_PHONE.fullmatch(group) for group in groups)
    return PHONE if is_phone else NUMBER


def _is_identity(digits: str) -> bool:
    """Whether an 18-digit number has a valid birthday and check sign, or a 15-digit one a valid birthday."""
    if len(digits) == _OLD_IDENTITY:
        return digits.isdecimal() and _is_day("19" + digits[6:12])
    if len(digits) != _IDENTITY or not digits[:-1].isdecimal():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return _is_day(digits[6:14]) and _CHECK_SIGNS[total % len(_CHECK_SIGNS)] == digits[-1].upper()


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _local_mark(found: re.Match[str]) -> str:
    """Return the mark of a local telephone number; days and spans of years are none."""
    is_years = all(_YEAR.fullmatch(group) for group in found[0].split("-"))
    return "" if is_years or (len(found[0]) == len("20091123") and _is_day(found[0])) else PHONE


def _parts_of(name: str) -> tuple[str, ...]:
    """Return a name in one spelling, without spaces, parted where it has dots: people are called by either part."""
    plain = _plain("".join(sign for sign in name if not sign.isspace() and unicodedata.category(sign) != "Cf"))
    return tuple(part for part in re.split(_DOT, plain) if part) or ("",)


def _longest_first(names: Iterable[str], shortest: int = _NAME_FROM) -> list[str]:
    return sorted((name for name in names if len(name) >= shortest), key=lambda name: (-len(name), name))


def _people_pattern(people: Sequence[str], surnames: Sequence[str]) -> str:
    """Return the pattern of full names, with a title behind or not, and of surnames with a title or 老 or 小."""
    full = "|".join(_BETWEEN.join(map(re.escape, name)) for name in people)
    familiar = "".join(re.escape(name) for name in surnames if len(name) == 1 and name not in _EVERYDAY)
    ways = [f"(?:{full})(?:{_TITLES})?"]
    if surnames:
        ways.append(f"(?:{'|'.join(map(re.escape, surnames))}){_TITLES}")
    return "|".join([*ways, f"[老小][{familiar}]"] if familiar else ways)


def _surname(name: str) -> str:
    return next((long for long in _COMPOUND if name.startswith(long)), name[0])


_WRITTEN, _AS_SPOKEN = 0, 1
_HIDDEN: Sequence[tuple[re.Pattern[str], Mark, int]] = (
    (_MAIL, lambda _found: MAIL, _AS_SPOKEN),
    (_ACCOUNT, lambda _found: ACCOUNT, _AS_SPOKEN),
    (_LONG, _long_mark, _AS_SPOKEN),
    (_LANDLINE, lambda _found: PHONE, _AS_SPOKEN),
    (_MOBILE, lambda _found: PHONE, _AS_SPOKEN),
    (_LOCAL, _local_mark, _WRITTEN),
)
"""What is hidden, in this order: its pattern, its mark, and the form in which it is looked for."""
