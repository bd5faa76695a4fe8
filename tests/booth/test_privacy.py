"""The sentences of SEC-18 follow the running configuration, and never say what must not be said."""

import itertools

import pytest

from app.booth.privacy import Sentence, Setting, promises, setting_of, viewers
from tests.factories import make_paper

NEVER = ("100%", "绝对", "完全匿名", "端到端", "军用", "军事级", "无法破解", "黑客")
TLS = Setting(https=True, loopback=False, k=5, remarks=False, remark_k=10)
LAN = Setting(https=False, loopback=False, k=7, remarks=True, remark_k=12)


def texts(setting: Setting) -> list[str]:
    sentences = [*promises(setting), *(sentence for viewer in viewers(setting) for sentence in viewer.sentences)]
    return [sentence.text % dict(sentence.params) for sentence in sentences]


def test_it_works() -> None:
    assert [sentence.text % dict(sentence.params) for sentence in promises(TLS)] == [
        "不记名。不保存您的姓名、手机、网络地址和填写时间。",
        "答案密封存放；开箱之前，任何人都读不到已存的答案。",
        "不足 5 人评价的，不公布任何数字。",
    ]
    assert [viewer.who for viewer in viewers(TLS)] == [
        "组织者、发票人员", "领导", "系统管理员", "网络管理者", "身边的人", "停电、断网",
    ]  # fmt: skip


def test_plain_http_is_warned_of_first() -> None:
    assert promises(LAN)[0] == Sentence(
        "当前是明文连接（http）：同一网络里的人能看到、也能改动您的答案。", warning=True
    )
    assert not any(sentence.warning for viewer in viewers(TLS) for sentence in viewer.sentences)
    assert "看不到内容" not in "".join(texts(LAN))


def test_remarks_are_spoken_of_only_where_they_can_be_written() -> None:
    assert "意见" not in [viewer.who for viewer in viewers(TLS)]
    assert "意见与其他答案分开存放，满 12 条才给人看。" in texts(LAN)
    assert "不足 7 人评价的，不公布任何数字。" in texts(LAN)


def test_the_setting_is_the_papers() -> None:
    paper = make_paper()
    assert setting_of(paper, https=True, loopback=False) == Setting(
        https=True, loopback=False, k=5, remarks=True, remark_k=10
    )


@pytest.mark.parametrize(("https", "loopback", "remarks"), list(itertools.product([True, False], repeat=3)))
def test_it_never_promises_too_much(https: bool, loopback: bool, remarks: bool) -> None:
    said = "".join(texts(Setting(https=https, loopback=loopback, k=5, remarks=remarks, remark_k=10)))
    assert not [word for word in NEVER if word in said]
