"""What is stored with its values is told in English, whatever the values are; what people typed is left alone."""

import re
from functools import partial

import pytest

from app.campaigns.names import SHIPPED
from app.core.chinese import has_chinese
from app.main import LETTERS
from app.publication.spoken import speak
from app.rectification.messages.notify import action_title
from app.rectification.rules.wording import EXTENSION_ASKED, EXTENSION_REFUSED, MODE_REMARK, MODES, NOTICE_TOLD, TASKS
from app.web.i18n import english
from app.web.letters import TYPED, Letters

KNOWN = Letters(LETTERS)
PLACE = re.compile(r"\{(\w+)\}")
OURS = {"due": "2026年12月13日", "until": "2027年1月4日", "title": "组织复测", "what": "作废“r”", "mode": "挂牌督办"}
FIRST_MODE, *_ = MODES.values()


def told(text: str) -> str:
    return KNOWN.told(text, english(), lambda name: speak({"县文化馆": "Culture Centre"}, name))


def test_it_works() -> None:
    red = next(sentence for level, sentence in NOTICE_TOLD.items() if level.value == "red")
    text = red.format(unit="县文化馆", title=action_title("开放时间太短"), due="2026年12月13日")
    assert told(text) == (
        "Red notice: Culture Centre · Action “开放时间太短” · due 13 December 2026. "
        "It is overdue: please see to it at once and say why."
    )


@pytest.mark.parametrize("sentence", LETTERS)
def test_every_sentence_is_found_again_by_its_own_words(sentence: str) -> None:
    values = {place: OURS.get(place, place) for place in PLACE.findall(sentence)}
    spoken = {place: value if place in TYPED else told(value) for place, value in values.items()}
    found = told(sentence.format_map(values))
    assert not has_chinese(found)
    assert found == english()[sentence].format_map(spoken)


@pytest.mark.parametrize("typed", [*sorted(SHIPPED)[:3], *TASKS.values(), "申请延期，不同意延期。", "2026年1月2日", ""])
def test_what_people_typed_stays_even_where_it_looks_like_words_of_ours(typed: str) -> None:
    assert told(action_title(typed)) == f"Action “{typed}”"
    asked = EXTENSION_ASKED.format(until="2027年1月4日", reason=f"{typed}\n第二行")
    assert told(asked) == f"Asks for more time until 4 January 2027: {typed}\n第二行"


def test_words_without_values_are_told_as_they_are_on_pages() -> None:
    assert [told(word) for word in (EXTENSION_REFUSED, FIRST_MODE)] == [
        english()[EXTENSION_REFUSED],
        english()[FIRST_MODE],
    ]


def test_what_nobody_wrote_stays() -> None:
    assert told("谁也没有写过的话") == "谁也没有写过的话"


@pytest.mark.parametrize("typed", ["限期整改", "提醒", "样本不足", "2026年11月23日", "满意率低于补课线"])
def test_where_people_write_too_only_sentences_with_values_are_told(typed: str) -> None:
    say = partial(speak, {})
    assert KNOWN.told_if_ours(typed, english(), say) == typed
    changed = MODE_REMARK.format(before=FIRST_MODE, after="限时办结", reason=typed)
    assert KNOWN.told_if_ours(changed, english(), say).endswith(typed)
    assert not has_chinese(KNOWN.told_if_ours(changed, english(), say).removesuffix(typed))
