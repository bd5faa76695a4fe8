"""四清单: what the ledger says of problems, tasks, duties and results, each as a list of its own."""

from dataclasses import dataclass

from app.rectification.rules.columns import LEDGER_COLUMNS, Column

_BY_KEY = {column.key: column for column in LEDGER_COLUMNS}


@dataclass(frozen=True, slots=True)
class LedgerList:
    """One of the lists; every row begins with 编号, 单位 and 问题, then come these columns of the ledger."""

    title: str
    keys: tuple[str, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns beside the first three."""
        return tuple(_BY_KEY[key] for key in self.keys)


FOUR_LISTS = (
    LedgerList("问题清单", ("source", "kind")),
    LedgerList("任务清单", ("goal", "measures", "horizon", "due", "commitment")),
    LedgerList("责任清单", ("sponsor", "lead_unit", "co_units", "owner", "signed")),
    LedgerList("成效清单", ("completion", "rules_made", "acceptance", "public_rating", "state")),
)
LIST_HEADS = ("编号", "单位", "问题")
