"""Who can see what: the sentences a voter reads, made from what is in force on this phone and for this paper (SEC-18).

Nothing is promised that the program does not keep.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.rounds.domain import Paper
from app.rounds.promise import promise_of


class SealedBy(StrEnum):
    """Who seals the ballot."""

    SERVER = "server"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Setting:
    """What the sentences depend on; ``key``: how many of how many key-holders open the box, (0, 0) if unknown."""

    sealed_by: SealedBy
    https: bool
    loopback: bool
    key: tuple[int, int]
    k: int
    remarks: bool
    remark_k: int
    shown: str = ""
    """What an announced round promises of its totals; empty for a protected one."""
    kiosk: bool = False
    """Whether the phone is a machine that the organisers put up for whoever has none."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A Chinese sentence (the key of its translation), its numbers, and whether it is a warning."""

    text: str
    params: tuple[tuple[str, int], ...] = ()
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone a voter may worry about, and what he can see."""

    who: str
    sentences: tuple[Sentence, ...]


def setting_of(paper: Paper, sealed_by: SealedBy, https: bool, loopback: bool) -> Setting:
    """Return what the sentences about this paper depend on."""
    key, scheme = (paper.key_needed, paper.key_holders), paper.scheme
    shown = promise_of(paper)
    return Setting(sealed_by, https, loopback, key, scheme.floor, paper.remarks, scheme.remark_k, shown)


def promises(setting: Setting) -> tuple[Sentence, ...]:
    """Return the short sentences that everyone reads before the first mark."""
    return tuple(_promises(setting))


def _promises(setting: Setting) -> Iterator[Sentence]:
    by_phone = setting.sealed_by is SealedBy.PHONE
    if not setting.https and not setting.loopback:
        yield Sentence(_PLAIN_PHONE if by_phone else _PLAIN_SERVER, warning=True)
    yield Sentence("不记名。不保存您的姓名、手机、网络地址和填写时间。")
    if by_phone:
        yield Sentence(_SEALED_KIOSK if setting.kiosk else _SEALED_PHONE)
    else:
        yield Sentence("答案由服务器收到后当即封好；开箱之前，任何人都读不到已存的答案。")
    if setting.shown:
        yield Sentence(setting.shown, warning=True)
    yield Sentence("不足 %(k)s 人评价的，不公布任何数字。", (("k", setting.k),))


_SEALED_PHONE = "答案在这部手机上封好才发出；开箱之前，服务器和任何人都读不到。"
_SEALED_KIOSK = "答案在这台投票机上封好才发出；开箱之前，服务器和任何人都读不到。"
_PLAIN_PHONE = "当前是明文连接（http）：答案封好才发出，但同一网络里的人能换掉这个页面，让它不封。"
_PLAIN_SERVER = "当前是明文连接（http）：同一网络里的人能看到、也能改动您的答案。"


def viewers(setting: Setting) -> tuple[Viewer, ...]:
    """Return who can see what, with what remains possible told honestly."""
    return (
        Viewer(
            "组织者、发票人员",
            (
                Sentence("知道哪类人员发了多少张票，不知道谁抽到哪张、谁投了、投了什么。"),
                Sentence(
                    "有人偷偷记下您的票，投票期间也只能看到密封的信封；有人抢先用了您的票，您会看到“已经用过”，请马上说。"
                ),
            ),
        ),
        Viewer(
            "领导、测评对象",
            (Sentence("只看到公布后的汇总。如果评价完全一致，或者其他人互相对过，您的评价可能被推算出来。"),),
        ),
        Viewer("系统管理员", tuple(_administrator(setting))),
        *((Viewer("持钥匙的人", tuple(_holders(*setting.key))),) if setting.key[0] else ()),
        Viewer("网络管理者", tuple(_network(setting))),
        Viewer("下一个用这台投票机的人" if setting.kiosk else "拿到这部手机的人", tuple(_phone(setting))),
        Viewer("身边的人", (Sentence("我们看不到谁站在您身边。请独自填写；投出后不能再改。"),)),
        *((Viewer("意见", tuple(_remarks(setting))),) if setting.remarks else ()),
        Viewer(
            "停电、断网",
            (Sentence("看到“已投入票箱”才算投完：已存好，停电也不会丢；没看到就再投一次，不会重复计入。"),),
        ),
    )


def _administrator(setting: Setting) -> Iterator[Sentence]:
    if setting.sealed_by is SealedBy.PHONE:
        yield Sentence("服务器只收到封好的信封，看不到答案；信封若被换掉，您的回执码就查不到。")
    else:
        yield Sentence("服务器封票的那一刻，答案在它的内存里；那一刻掌握服务器的人能看到。")
    yield Sentence("开箱之后，没有数据能把您和您的答案连起来。")
    yield Sentence("投票期间复制了数据、又拿到够开箱的钥匙单和服务器钥匙的人，可能按到达先后看到答案。")
    yield Sentence("服务器如果专门对您做了手脚，网页自己看不出来；不放心时，请用测评票换一个网络投。")


def _holders(needed: int, holders: int) -> Iterator[Sentence]:
    if needed > 1:
        numbers = (("needed", needed), ("holders", holders))
        yield Sentence("钥匙分成 %(holders)s 份，凑齐 %(needed)s 份才能开箱；少一份就打不开。", numbers)
        yield Sentence("凑得齐的人若和掌握服务器的人串通，能提前打开信封。")
    else:
        yield Sentence("只要 1 份钥匙就能开箱：持钥匙的人若和掌握服务器的人串通，能提前打开信封。", warning=True)


def _network(setting: Setting) -> Iterator[Sentence]:
    if setting.https:
        yield Sentence("只知道您何时访问过本站。装了监控软件的单位手机会看到答案，请用自己的手机和流量。")
        yield Sentence("今天被录下的网络数据，几十年后也许能被破解。")
    elif setting.sealed_by is SealedBy.PHONE:
        yield Sentence(
            "当前连接没有加密：同一网络里的人看得到您的票码和封好的信封，看不到答案；但能换掉这个页面，让它不封。",
            warning=not setting.loopback,
        )
    else:
        yield Sentence("当前连接没有加密，同一网络里的人能看到、也能改动您的答案。", warning=not setting.loopback)


def _phone(setting: Setting) -> Iterator[Sentence]:
    if setting.kiosk:
        yield Sentence("票码和答案都不留在投票机里：投出后 10 秒清空；没投出的，90 秒没有人操作就清空，要重新填。")
        yield Sentence("投票机由组织者准备，装了监控软件就会露出答案；在意的，请用自己的手机。")
        return
    if setting.sealed_by is SealedBy.PHONE:
        yield Sentence("没投出时，答案加密留在本机；关掉本页面后，没有票打不开。手机和票都拿到的人能看到，也能替您投。")
        yield Sentence("投出就清除；没投的，截止后再扫这张票，或 24 小时后再打开投票页时清除。")
        yield Sentence("本页面开着时，票码不加密留在其中，到投出为止。")
    else:
        yield Sentence("答案不留在本机：没投出就关掉页面，要重新填。")


def _remarks(setting: Setting) -> Iterator[Sentence]:
    yield Sentence("意见与其他答案分开存放，满 %(k)s 条才给人看。", (("k", setting.remark_k),))
    yield Sentence("文笔可能让人认出您；在意就不要写。")


def told_once(told: Mapping[SealedBy, Sequence[Sentence]]) -> list[tuple[Sentence, str]]:
    """Return the sentences of both ways of sealing, each once, with the one way that it is true for (or "": both)."""
    rows: list[tuple[Sentence, str]] = []
    rest = list(told[SealedBy.PHONE])
    for sentence in told[SealedBy.SERVER]:
        if sentence not in rest:
            rows.append((sentence, SealedBy.SERVER))
            continue
        at = rest.index(sentence)
        rows += [*((one, SealedBy.PHONE) for one in rest[:at]), (sentence, "")]
        rest = rest[at + 1 :]
    return rows + [(one, SealedBy.PHONE) for one in rest]


def viewers_told_once(settings: Mapping[SealedBy, Setting]) -> list[tuple[str, list[tuple[Sentence, str]]]]:
    """Return who can see what, as ``told_once``; both ways of sealing know the same viewers."""
    both = [viewers(settings[by]) for by in (SealedBy.SERVER, SealedBy.PHONE)]
    return [
        (server.who, told_once({SealedBy.SERVER: server.sentences, SealedBy.PHONE: phone.sentences}))
        for server, phone in zip(*both, strict=True)
    ]
