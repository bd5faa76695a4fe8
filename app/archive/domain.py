"""What an archive package is made of, and what is wiped once a round is put away (no I/O).

The package is a zip without compression, so that equal contents give equal bytes: the signed manifest, the checksums
of all that follow, then the files in the order of their names. ``operations/verify.py`` checks it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from app.office import zips

FORMAT: Final = "manyidu/archive/1"
AUDIT_FORMAT: Final = "manyidu/audit-extract/1"
MINUTES_FORMAT: Final = "manyidu/minutes/1"
MANIFEST: Final = "MANIFEST.json"
SUMS: Final = "SHA256SUMS"
SCOPE: Final = "organisers"
"""In whose scope a package is made: who makes one is an organiser, and it holds what he may read and no more."""
PACKAGED: Final = "round.package"
ARCHIVED: Final = "round.archive"
"""Acts of the audit log."""
WIPED: Final = {
    "stacks": "计票叠里的评价（只留每叠的张数，监票情况报告据此列数）",
    "remarks": "开箱得到的全部意见原文，公开过的和没有公开的都在内；随结果公开过的，结果里的那一份不动",
    "openings": "开箱时交来的各份钥匙和开箱过程的记录（监票情况报告所列的留着）",
    "rehearsals": "本轮的演练，连同其票箱、票码和结果",
    "wifi": "会场无线网络的名称和密码",
    "box": "票箱和票码（开箱时未能销毁的）",
    "key": "服务器上的钥匙部分（开箱时未能销毁的）",
}
"""What archiving wipes, in the order in which it is said."""
KEPT: Final = (
    "结果的全部版本和更正、报告和图",
    "测评表、回执名单、票箱指纹、监票情况",
    "收进“征求意见”归并的意见（来自本轮的，只有公开过的），整改方案、台账和补课",
    "操作日志和谁查阅过结果的记录（只增不减，保存不少于 %(days)s 天）",
)
"""What it never wipes; ``days``: for how long the installation keeps its log at least."""


def letter_name(number: int) -> str:
    """Return the name of the 反馈函 to a unit, by its place from 1 among all that were rated."""
    return f"letters/letter-{number:03d}.docx"


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package; ``name`` is ASCII, with ``/`` between folders."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, as 64 hex signs."""
        return sha256(self.content).hexdigest()


def sums_of(members: Iterable[Member]) -> bytes:
    """Return the checksums as ``sha256sum -c`` reads them, in the order of the names."""
    ordered = sorted(members, key=lambda member: member.name)
    return "".join(f"{member.digest}  {member.name}\n" for member in ordered).encode()


def packed(manifest: bytes, members: Iterable[Member]) -> bytes:
    """Return the zip: equal contents, equal bytes."""
    listed = sorted(members, key=lambda member: member.name)
    every = (Member(MANIFEST, manifest), Member(SUMS, sums_of(listed)), *listed)
    return zips.packed((member.name, member.content) for member in every)


def wiped_words(detail: Mapping[str, object]) -> list[tuple[str, int]]:
    """Return what an archiving wiped, as its entry of the log tells it: words and how many."""
    return [(words, int(str(detail[key]))) for key, words in WIPED.items() if key in detail]
