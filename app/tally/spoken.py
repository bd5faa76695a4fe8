"""A result in English: its names as the paper gives them, and the sentences that are frozen with it (no I/O).

What is stored is Chinese and stays so; only what a reader is shown is spoken. A sentence with values in it is found by
its pattern, of which there is one for each that ``wording`` makes.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from app.campaigns.names import SHIPPED
from app.core.chinese import has_chinese

PATTERNS: Final = (
    "“%(item)s”打 0–%(most)s 分，%(how)s",
    "打 0–%(most)s 分，%(how)s",
    "可带一位小数，%(how)s",
    "去掉 %(n)s 个最高分和 %(m)s 个最低分后取平均分",
    "综合得分 = “%(item)s”的平均分，折成百分",
    "按等次评的项：%(scores)s",
    "平均分不含%(labels)s",
    "“%(item)s”另有规定：%(step)s",
    "“%(item)s”的等次：%(scores)s",
    "满意率 = %(grades)s",
    "各项合计是各项的平均，权重：%(weights)s",
    "%(conditions)s的，为“%(word)s”",
    "%(conditions)s的，另注“%(text)s”",
    "其余的为“%(word)s”",
    "“%(word)s”最多的为“%(other)s”",
    "“%(word)s”得票最多",
    "“%(section)s”：收回 %(returned)s 份，有效 %(valid)s 份，无效 %(invalid)s 份",
    "“%(section)s”：收回、有效、无效的份数为保护匿名不显示",
    "“%(word)s”：%(consequence)s",
    "类别权重：%(weights)s",
    "到会人数超过应参加人数的 %(share)s，结果方为有效",
    "到会人数达到应参加人数的 %(share)s（含），结果方为有效",
    "%(groups)s到会人数超过本类别应参加人数的 %(share)s，整个结果方为有效",
    "%(groups)s到会人数达到本类别应参加人数的 %(share)s（含），整个结果方为有效",
    "未达法定人数的类别：%(groups)s，整个结果无效",
    "回收率不足 %(line)s 的，结果无效",
    "未达法定人数（%(quorum)s），结果无效",
    "有效评价少于 %(n)s 份的，样本不足，不作结论",
    "%(condition)s，并且%(rest)s",
    "“%(grades)s”的比例",
    "“%(grades)s”占有效评价的比例",
    "%(quantity)s不超过 %(number)s",
    "%(quantity)s超过 %(number)s",
    "%(quantity)s达到 %(number)s（含）",
    "%(quantity)s不足 %(number)s",
    "各项合计 %(sum)s（分别四舍五入，不作凑整）",
    "%(measure)s未超过补课线 %(line)s",
    "%(measure)s未超过提醒线 %(line)s",
    "%(measure)s未达到补课线 %(line)s",
    "%(measure)s未达到提醒线 %(line)s",
    "不满意率高于 %(line)s",
    "不了解率高于 %(line)s",
    "各项合计不含有效评价不足的指标：%(items)s",
    "有效评价少于 %(n)s 份，样本不足",
    "回收率低于 %(line)s，结果无效",
    "回收率低于 %(line)s，本次结果无效",
    "回收率低于 %(line)s，请慎重使用结果",
    "%(items)s未达到本项的补课线",
    "%(items)s未达到本项的提醒线",
    "满意率 =（%(grades)s）÷ %(base)s",
    "总体满意率 =（%(grades)s）÷ %(base)s",
    "不满意率 =（%(grades)s）÷ %(base)s",
    "不满意率 = %(grades)s ÷ %(base)s",
    "有效评价不含%(labels)s",
    "综合得分为有效评价的平均分（%(scores)s）",
    "%(grade)s %(score)s 分",
    "%(score)s 分",
    "%(name)s（非无记名）",
    "%(name)s（非无记名） %(points)s",
    "%(score)s分",
    "综合评价得分 %(score)s，结论为“%(word)s”",
    "少于 %(n)s 份的数据不显示",
    "收回多于应参加人数（%(names)s）：按应参加计算的比率改按收回份数计算，请核对名册",
    "%(names)s占收回票数的比例与其占应参加人数的比例相差较大",
    "达到%(share)s（含）",
    "不足%(share)s",
    "%(share)s以上",
    "%(share)s以下",
    "超过%(share)s",
    "不超过%(share)s",
    "%(title)s（副本）",
    "%(title)s（副本%(n)s）",
    "%(group)s的%(figure)s =%(division)s",
    "综合得分 =（%(sum)s）÷ %(base)s",
    "综合得分 = %(sum)s ÷ %(base)s",
    "满意率 = %(grades)s ÷ %(base)s",
    "总体满意率 = %(grades)s ÷ %(base)s",
    "%(value)s，公布为 %(band)s",
    "为保护匿名不显示份数的类别：%(groups)s，合计里从最低到最高都算，所以合计是一个范围",
    "%(form)s：%(item)s",
    "“%(title)s”结果已公布",
    "补课线 %(line)s",
    "提醒线 %(line)s",
    "回收率有效线 %(line)s",
    "回收率提示线 %(line)s",
    "满意率 %(rate)s",
    "平均分 %(points)s",
    "%(name)s 各项评价",
    "%(name)s 各单位总体评价",
    "%(name)s 各位同志总体评价",
    "%(name)s 各项目总体评价",
    "%(name)s 各报告总体评价",
    "%(name)s 各类别满意率",
    "%(name)s 各类别平均分",
    "%(name)s 回收率、参评率",
    "登记征求到的意见 %(count)s 条",
    "两次测评的%(what)s不同，不作比较",
    "两次测评的参评人员相差 1 人以上、%(k)s 人以下，为保护匿名不作比较",
    "%(count)s 份评价，全部填同一等次",
    "%(count)s 份评价",
)
PARTS: Final = (
    "满意率",
    "不满意率",
    "平均分",
    "综合得分",
    "取平均分",
    "综合得分 = 各项平均分的平均，折成百分",
    "打分的项只公布人数和平均分",
    "测评表",
    "等次",
    "计分口径",
    "计入各项合计的指标",
    "判定规则",
    "先按类别计算，再按权重合计",
    "没有有效评价的类别不计，其权重按比例分给其余类别",
    "满意率旁边的范围：全体应参加人员的满意率有 95% 的把握落在其中",
    "单位按机构序列排列，不作排名",
    "同志按名单顺序排列，不作排名",
    "项目按项目顺序排列，不作排名",
    "报告按报告顺序排列，不作排名",
    "各位同志总体评价",
    "各项目总体评价",
    "各报告总体评价",
    "有类别没有有效评价，其权重已按比例分给其余类别",
    "各项合计",
    "合计",
    "整改方案已审定",
    "从前往后，以先符合的为准",
    "得票最多的等次决定结论",
    "得票最多的等次不止一个",
    "得票并列的，取较低的等次",
    "得票并列的，取较高的等次",
    "得票并列的，由会议确定",
    "不符合前面各档的条件",
    "有类别未达法定人数，整个结果无效",
    "满意率与总体满意率相同",
    "综合评价得分",
    "综合评价结论",
    "结果与公布时的指纹不符",
    "不作比较",
    "已公布的结果连续两次不达标",
)
"""Sentences without values, as they stand between the stops of a longer text; listed for the catalogue."""
NOT_SPOKEN: Final = frozenset({"texts", "id", "key", "code", "digest"})
"""Remarks are what people wrote; the others are no words."""
_PLACE: Final = re.compile(r"%\((\w+)\)s")
_STOPS: Final = {"。": ". ", "；": "; ", "，": ", ", " · ": " · "}
_JOINED: Final = re.compile(r"(、| \+ |“|”)")
_SUM: Final = re.compile(r" ?\+ ?")
_FIGURE: Final = re.compile(r"(.+?) ([0-9≥≤][0-9.%–≥≤]*)")


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = _PLACE.split(sentence)
    escaped = [f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(escaped))


_COMPILED: Final = tuple((sentence, _pattern(sentence)) for sentence in PATTERNS)


class Speaker:
    """Says Chinese words in English; ``names``: beside those that ship, ``ours``: the product's own sentences."""

    def __init__(self, names: Mapping[str, str], ours: Mapping[str, str]) -> None:
        self._names = {**SHIPPED, **names} if names else SHIPPED
        self._ours = ours
        self._said: dict[str, str] = {}

    def document(self, value: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
        """Return a document, or a part of one, or what a chart is drawn from, in English; it is not changed itself."""
        if value is None or isinstance(value, int | float):  # most of a document
            return value
        if isinstance(value, str):
            return self.say(value)
        if isinstance(value, dict):
            return {key: each if key in NOT_SPOKEN else self.document(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.document(each) for each in value)
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{part.name: self.document(getattr(value, part.name)) for part in fields(value)})
        return value

    def say(self, text: str) -> str:
        """Return a text in English, as far as its words are known; a document says most of its texts many times."""
        if text not in self._said:
            self._said[text] = self._new(text)
        return self._said[text]

    def _new(self, text: str) -> str:
        if not has_chinese(text):
            return text
        if (known := self._known(text)) is not None:
            return known
        if (added := self._named(text)) is not None:
            return added
        name, _, rest = text.partition(" ")
        if name in self._names and rest:
            return f"{self._names[name]} {self.say(rest)}"
        stop = next((stop for stop in _STOPS if stop in text), None)
        if stop is None:
            return text
        parts = [self.say(part) for part in text.split(stop)]
        if stop == "。":
            parts = [f"{part[:1].upper()}{part[1:]}" for part in parts]
        return _STOPS[stop].join(parts).strip()

    def _known(self, text: str) -> str | None:
        if text in self._names:
            return self._names[text]
        if text in self._ours:
            return self._ours[text]
        if "。" in text or "；" in text:
            return None
        if (figure := _FIGURE.fullmatch(text)) is not None and (name := self._named(figure[1])) is not None:
            return f"{name} {figure[2]}"
        found = ((sentence, pattern.fullmatch(text)) for sentence, pattern in _COMPILED)
        sentence, match = next(((sentence, match) for sentence, match in found if match), ("", None))
        if match is None:
            return None
        values = {name: self._joined(value) for name, value in match.groupdict().items()}
        return self._ours[sentence] % values

    def _named(self, text: str) -> str | None:
        """Return a name, or names that are added up, in English; None where one of them is not known."""
        names = _SUM.split(text)
        return " + ".join(self._names[name] for name in names) if self._names.keys() >= {*names} else None

    def _joined(self, text: str) -> str:
        """Say the words of a list one by one."""
        if text in self._names:
            return self._names[text]
        if has_chinese(text) and (known := self._known(text.rstrip())) is not None:
            return known
        said = "".join(", " if part == "、" else self.say(part) for part in _JOINED.split(text))
        return said.replace("=（", "= (").replace("）÷", ") ÷").replace("（", "(").replace("）", ")")
