"""The sentences of SEC-18 follow the running configuration, and never say what must not be said."""

from dataclasses import replace

import pytest

from app.booth.privacy import SealedBy, Sentence, Setting, promises, setting_of, viewers
from app.campaigns.disclosure import Disclosure, Extent, Kind, promise_text
from tests.booth.who_sees_what import SNAPSHOT, combinations, told
from tests.factories import make_paper

NEVER = ("100%", "绝对", "完全匿名", "端到端", "军用", "军事级", "无法破解", "黑客")
TLS = Setting(SealedBy.PHONE, https=True, loopback=False, key=(2, 3), k=5, remarks=False, remark_k=10)
LAN = Setting(SealedBy.SERVER, https=False, loopback=False, key=(0, 0), k=7, remarks=True, remark_k=12)


def texts(setting: Setting) -> list[str]:
    sentences = [*promises(setting), *(sentence for viewer in viewers(setting) for sentence in viewer.sentences)]
    return [sentence.text % dict(sentence.params) for sentence in sentences]


def test_it_works() -> None:
    assert [sentence.text % dict(sentence.params) for sentence in promises(TLS)] == [
        "不记名。不保存您的姓名、手机、网络地址和填写时间。",
        "答案在这部手机上封好才发出；开箱之前，服务器和任何人都读不到。",
        "不足 5 人评价的，不公布任何数字。",
    ]
    assert [viewer.who for viewer in viewers(TLS)] == [
        "组织者、发票人员", "领导、测评对象", "系统管理员", "持钥匙的人",
        "网络管理者", "拿到这部手机的人", "身边的人", "停电、断网",
    ]  # fmt: skip


def test_a_machine_is_called_no_phone() -> None:
    assert "手机上封好" not in "".join(texts(replace(TLS, kiosk=True)))
    assert "答案在这台投票机上封好才发出" in "".join(texts(replace(TLS, kiosk=True)))


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
    paper = make_paper(key_needed=2, key_holders=3)
    assert setting_of(paper, SealedBy.PHONE, https=True, loopback=False) == Setting(
        SealedBy.PHONE, https=True, loopback=False, key=(2, 3), k=10, remarks=True, remark_k=10
    )


@pytest.mark.parametrize("extent", Extent)
def test_an_announced_round_says_what_is_told_of_its_totals(extent: Extent) -> None:
    paper = make_paper()
    shown = Disclosure(Kind.ANNOUNCED, extent)
    announced = replace(paper, scheme=replace(paper.scheme, disclosure=shown))
    setting = setting_of(announced, SealedBy.PHONE, https=True, loopback=False)
    assert Sentence(promise_text(shown), warning=True) in promises(setting)
    assert len(promises(setting)) == len(promises(setting_of(paper, SealedBy.PHONE, https=True, loopback=False))) + 1


def test_nothing_is_said_of_keys_where_the_paper_does_not_tell() -> None:
    assert "持钥匙的人" not in [viewer.who for viewer in viewers(LAN)]


@pytest.mark.parametrize(("name", "setting"), list(combinations()))
def test_it_never_promises_too_much(name: str, setting: Setting) -> None:
    assert not [word for word in NEVER if word in "".join(texts(setting))], name


def test_what_is_told_is_what_was_read_and_agreed_to() -> None:
    assert told() == SNAPSHOT.read_text(encoding="utf-8")


def test_a_server_that_sees_the_marks_never_says_that_it_does_not() -> None:
    for name, setting in combinations():
        said = "".join(texts(setting))
        assert ("服务器只收到封好的信封" in said) == (setting.sealed_by is SealedBy.PHONE), name
        assert ("答案在它的内存里" in said) == (setting.sealed_by is SealedBy.SERVER), name
