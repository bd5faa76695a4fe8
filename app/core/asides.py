"""What stands in and below a list without belonging to it: sums of its lines, footnotes, lines for signatures."""

import re
from typing import Final

from app.core.folding import folded, spaceless

_IN_TITLES: Final = re.compile(r"\(.*?\)|\[.*?\]|[*:_/-]")
_COUNT: Final = r"[0-9,]+.{0,12}"
_SUM: Final = "(?:合计|总计|小计|共计|合計|總計|小計|共計)数?"
_OF_ALL: Final = (
    "(?:[本每]页|本表|以上|上述|全部|各(?:项|类|单位)|[全本][县市省区州旗镇乡村校院局]|(?:应到|实到|应参加|参评|到会)?总?人[数员]"
    "|单位|类别|项目|对象)"
)
# a number follows only what says whose sum it is: 新建公厕合计10座 is a project
_TOTAL: Final = re.compile(
    rf".{{0,8}}(?:{_SUM}|小[计計]{_COUNT})|{_OF_ALL}?{_SUM}{_COUNT}|(?:以上)?共(?:有)?{_COUNT}"
    rf"|(?:总数|总人数|累计)(?:{_COUNT})?|(?:sub|grand)?total(?:{_COUNT})?"
)
_WHO: Final = (
    "(?:填表|制表|填报|报送|审核|审批|复核|经办|经手|负责|联系|监票|计票|唱票)"
    "(?:人员|人|员|者|单位|部门|日期|时间|电话|方式|领导)?(?:签字|签名|签章|盖章)?"
)
_LABELLED: Final = re.compile(
    rf"(?:注|备注|附注|附|附件[0-9]*|说明|备考|{_WHO}|(?:主要|分管|单位)?(?:领导|负责人)(?:签字|签名)?"
    r"|电话|日期|时间|签字|签名|盖章)(?:\(.*?\))?:.*"
)
_NOTE: Final = re.compile(
    r"注|备注|附注|说明|\(?(?:此页无正文|以下空白|此处空白)\)?|第?[0-9]+页(?:,?共[0-9]+页)?"
    r"|[0-9]{4}[年./-][0-9]{1,2}[月./-][0-9]{1,2}日?"
)


def plain_title(text: str) -> str:
    """Return the key of a title: folded, without signs and without what stands in brackets."""
    return _IN_TITLES.sub("", folded(text))


def is_total(text: str) -> bool:
    """Whether a text says that its line is the sum of others."""
    return bool(_TOTAL.fullmatch(plain_title(text)))


def is_note(text: str) -> bool:
    """Whether a text is a footnote, a line for a signature, a date or mere dashes below a list."""
    plain = spaceless(text)
    return bool(plain) and (
        is_labelled(text) or bool(_NOTE.fullmatch(plain)) or not any(sign.isalnum() for sign in plain)
    )


def is_labelled(text: str) -> bool:
    """Whether a text begins like a footnote, with a word and a colon: “电话：民生热线” may be a name all the same."""
    return bool(_LABELLED.fullmatch(spaceless(text)))


def aside_in(name: str) -> str:
    """Return as a code what a line of a pasted list is instead of a name; "" where it looks like one."""
    return "name_is_total" if is_total(name) else "name_is_note" if is_note(name) else ""
