"""The columns of the 整改台账, in the order of every page, workbook and print."""

from dataclasses import dataclass

from app.core.errors import Ours


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``planned`` columns come from the plan, the others from what happened since."""

    key: str
    heading: str
    planned: bool = False


LEDGER_COLUMNS = (
    Column("number", "编号"),
    Column("problem", "问题", planned=True),
    Column("source", "来源", planned=True),
    Column("kind", "分类", planned=True),
    Column("goal", "整改目标", planned=True),
    Column("measures", "整改措施", planned=True),
    Column("sponsor", "责任领导", planned=True),
    Column("lead_unit", Ours("主办单位", "Lead unit"), planned=True),
    Column("co_units", "协办单位", planned=True),
    Column("owner", "责任人", planned=True),
    Column("horizon", "时限类型", planned=True),
    Column("due", "完成时限", planned=True),
    Column("commitment", "公开承诺", planned=True),
    Column("mode", "督办方式"),
    Column("progress", "进展"),
    Column("extension", Ours("延期", "Extension")),
    Column("completion", "完成情况"),
    Column("rules_made", "制度成果"),
    Column("rules_count", "制度数"),
    Column("signed", "主要负责人签批"),
    Column("acceptance", "验收人/日期"),
    Column("public_rating", "群众评价"),
    Column("rating_source", "评价来源"),
    Column("state", "状态"),
)

FROZEN = ("number", "problem")
"""What stands first on the page beside the unit, and stays while the rest is scrolled."""
ALWAYS = (*FROZEN, "state", "due", "progress")
CHOSEN = tuple(column for column in LEDGER_COLUMNS if column.key not in ALWAYS)
"""What the page shows where its reader asks for it."""
