"""The fields of the Word templates: what an organisation may place in a template of its own, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent / "templates"
ROOT: Final = "票箱指纹"
"""The field of the root of the box, which templates from before it do not name."""


class ReportKind(StrEnum):
    """A report that is made from a Word template."""

    SURVEY = "survey_report"
    LETTER = "feedback_letter"
    SCRUTINY = "scrutiny_report"


@dataclass(frozen=True, slots=True)
class Field:
    """A field ``{{ name }}``. A block stands alone in its paragraph and may become many pages."""

    name: str
    label: str
    is_block: bool = False
    needed: bool = True


_COMMON = (
    Field("标题", label="报告的标题"),
    Field("组织单位", label="组织测评的单位"),
    Field("日期", label="生成报告的日期"),
    Field("核验码", label="结果的核验码，凭它可以核验报告的真伪；应放在页脚"),
    Field(ROOT, label="票箱指纹的八个字；模板里没有的，写在核验码后面", needed=False),
    Field("活动", label="活动名称", needed=False),
    Field("文号", label="文号；没有填写时留空", needed=False),
    Field("版本", label="更正版的说明；第一版没有内容", needed=False),
)
_UNIT = (
    Field("单位", label="收到反馈函的单位"),
    Field("测评结果", label="结论、各项评价的表", is_block=True),
    Field("类别评价", label="各类别参评人员的评价", is_block=True),
    Field("口径", label="计算口径和提醒线、补课线", is_block=True),
    Field("意见建议", label="对本单位的意见和建议", is_block=True),
    Field("整改要求", label="按结论提出的整改要求", is_block=True),
)
_SURVEY = (
    Field("基本情况", label="依据、时间、地点、方式、参评人员和计票链", is_block=True),
    Field("需要关注的单位", label="需补课、提醒和样本不足的单位及原因", is_block=True),
    Field("总体评价", label="各单位总体评价的表和图", is_block=True),
    Field("各项评价", label="各单位各项、各类别的评价", is_block=True),
    Field("口径", label="计算口径和提醒线、补课线", is_block=True),
    Field("意见建议", label="意见建议归纳", is_block=True),
    Field("主要问题", label="低于规定的线的单位和指标", is_block=True),
    Field("整改安排", label="下一步整改和补课的安排", is_block=True),
    Field("统计表", label="附件：各单位各项的份数", is_block=True, needed=False),
    Field("测评表", label="附件：测评表的指标和等次", is_block=True, needed=False),
    Field("监票情况", label="附件：完整的计票链", is_block=True, needed=False),
)
_SCRUTINY = (
    Field("监票情况", label="监票的经过和完整的计票链", is_block=True),
    Field("签字", label="监票人、计票人签字的地方", is_block=True),
)

FIELDS: Mapping[ReportKind, tuple[Field, ...]] = {
    ReportKind.SURVEY: (*_COMMON, *_SURVEY),
    ReportKind.LETTER: (*_COMMON, *_UNIT),
    ReportKind.SCRUTINY: (*_COMMON, *_SCRUTINY),
}
"""Every field that a template of the kind may use, in the order in which a page lists them."""


def blocks_of(kind: ReportKind) -> frozenset[str]:
    """Return the names of the kind's blocks."""
    return frozenset(field.name for field in FIELDS[kind] if field.is_block)


def shipped_template(kind: ReportKind) -> bytes:
    """Return the template that ships: the one to start from when an organisation makes its own."""
    return (_FOLDER / f"{kind.value}.docx").read_bytes()
