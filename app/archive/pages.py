"""The pages inside a package: they are opened from a disk, in years, by whoever has no product; no script is in them.

Every sentence of ours stands there in Chinese with English beside; of names and results as far as English is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.archive.contents import Contents
from app.archive.domain import MANIFEST, SUMS, letter_name
from app.audit.service import Check
from app.campaigns.domain import Measure
from app.core.chinese import time_in
from app.core.holding import hold_nothing
from app.publication.domain import Scope
from app.tally.document import Section, Target, every_target
from app.tally.facts import section_texts
from app.tally.sectioned import ballot_texts
from app.tally.shown import measure_of
from app.tally.spoken import Speaker
from app.tally.wording import CHAIN
from app.web.i18n import english
from app.web.pages import APP

SCOPE_SENTENCE: Final = (
    "供组织单位存档：内容与组织者在系统里能看到的相同，包括各单位的数据和可以公开的意见；"
    "不是给只能看部分结果的人的，不要转给他们。没有任何一张选票，没有投票人的任何信息。"
)
SCOPES: Final = {
    Scope.ORGANISERS: "组织者",
    Scope.LEADERS: "领导",
    Scope.UNIT: "各单位看本单位",
    Scope.PARTICIPANTS: "参评人员",
    Scope.PUBLIC: "公众",
}
FILES: Final = {
    MANIFEST: "清单：这是哪一轮、供谁使用、由谁何时生成，带系统的签名",
    SUMS: "每个文件的校验值（SHA-256）",
    "index.html": "本页",
    "paper/paper.json": "冻结的测评表，投票人看到的就是它",
    "paper/paper.html": "测评表，可以打印",
    "results/result.json": "组织者看到的结果，带签名",
    "reports/report.docx": "测评情况报告",
    "reports/scrutiny.docx": "监票情况报告，供签字",
    "reports/result.xlsx": "统计表",
    "reports/brief.pdf": "一页简报",
    "receipts.json": "回执名单和票箱指纹，带签名",
    "minutes.json": "监票情况：清点、钥匙、开箱",
    "audit.json": "操作日志中本轮的条目，每一条都能核对",
    "verify.py": "核验程序，只需要 Python 3",
}
"""What each file is; of versions of result and document, and of letters, ``_what`` says it."""
LETTER: Final = "给“%(name)s”的反馈函"
VERSION: Final = "结果的第 %(number)s 版，或它的签名"
DOCUMENT: Final = "评议的文档，第 %(number)s 版"


@dataclass(frozen=True, slots=True)
class Both:
    """Words in Chinese and in English; ``en`` is empty where there is no other."""

    zh: str
    en: str = ""


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(APP / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.globals["_"] = _ours
    environment.filters["both_times"] = _times
    return environment


def _ours(sentence: str, **values: object) -> Both:
    """Return a sentence of ours in both languages."""
    said = english().get(sentence, "")
    return Both(sentence % values if values else sentence, said % values if values else said)


def _times(moment: datetime | None) -> Both:
    return Both("—") if moment is None else Both(time_in("zh", moment), time_in("en", moment))


def scope_words() -> Mapping[str, str]:
    """Say for whom a package is, in both languages."""
    said = _ours(SCOPE_SENTENCE)
    return {"zh": said.zh, "en": said.en}


def index(found: Contents, now: datetime, log: Check, public_key: str, listed: Sequence[str]) -> str:
    """Return the page that the package is read by; no transaction may be held."""
    hold_nothing("writing the page of a package")
    speaker = Speaker(found.paper.english, english())
    letters = {letter_name(number): unit["name"] for number, unit in enumerate(every_target(found.result.document), 1)}
    context = {
        "found": found,
        "paper": found.paper,
        "now": now,
        "log": log,
        "public_key": public_key,
        "scope": _ours(SCOPE_SENTENCE),
        "scopes": {scope.value: _ours(words) for scope, words in SCOPES.items()},
        "files": [(name, _what(name, letters)) for name in sorted([*listed, "index.html", MANIFEST, SUMS])],
        "sections": [_section(section, speaker) for section in found.result.document["sections"]],
        "chain": [(_ours(words), found.result.document["chain"]["total"].get(key)) for key, words in CHAIN.items()],
        "ballots": [_said(speaker, text) for text in ballot_texts(found.result.document["chain"])],
        "warnings": [_said(speaker, note["text"]) for note in found.result.document["chain"]["warnings"]],
        "said": lambda text: _said(speaker, text),
    }
    return _environment().get_template("archive/package/index.html").render(context)


def paper(found: Contents) -> str:
    """Return the frozen paper to be read and printed; no transaction may be held."""
    hold_nothing("writing the page of a paper")
    speaker = Speaker(found.paper.english, english())
    texts = {section.key: [_said(speaker, text) for text in section_texts(section)] for section in found.paper.sections}
    context = {"found": found, "paper": found.paper, "texts": texts, "said": lambda text: _said(speaker, text)}
    return _environment().get_template("archive/package/paper.html").render(context)


def _said(speaker: Speaker, text: str) -> Both:
    said = speaker.say(text)
    return Both(text, "" if said == text else said)


def _what(name: str, letters: Mapping[str, str]) -> Both:
    if name in FILES:
        return _ours(FILES[name])
    if name in letters:
        return _ours(LETTER, name=letters[name])
    number = name.rpartition("-")[2].partition(".")[0]
    return _ours(VERSION if name.startswith("results/") else DOCUMENT, number=number)


def _section(section: Section, speaker: Speaker) -> Mapping[str, Any]:
    return {
        "title": _said(speaker, section["form_title"]),
        "formula": _said(speaker, section["formula"]["text"]),
        "measure": _said(speaker, section["formula"]["measure_label"]),
        "rows": [_row(target, Measure(section["formula"]["measure"]), speaker) for target in section["targets"]],
    }


def _row(target: Target, measure: Measure, speaker: Speaker) -> Mapping[str, Any]:
    total = target["overall"]["total"]
    rate = measure_of(total, measure) if total["shown"] else None
    return {
        "position": target["position"],
        "name": _said(speaker, target["name"]),
        "verdict": _said(speaker, target["verdict"]["label"]),
        "reasons": [_said(speaker, reason["text"]) for reason in target["verdict"]["reasons"]],
        "rate": _said(speaker, rate["text"] if rate else "—" if total["shown"] else total["text"]),
        "valid": total["valid"]["text"] if total["shown"] else "—",
    }
