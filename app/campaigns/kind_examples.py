"""What the example of each kind of vote asks about: every name is made up."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ORGANISATION: Final = "××县（示例）"
_PERSONS: Final = ("甲一", "乙二", "丙三", "丁四", "戊五", "己六")
_UNITS: Final = ("示例一局", "示例二局", "示例三局", "示例四局", "示例五局", "示例六局")
_DELEGATES: Final = (("示例代表", 24), ("示例服务对象", 30))

EXAMPLES: Final[Mapping[str, tuple[tuple[str, ...], tuple[tuple[str, int], ...]]]] = MappingProxyType(
    {
        "congress": (("示例供水工程", "示例公路改造", "示例学校扩建", "示例养老服务"), (("示例组成人员", 33),)),
        "leaders": (_PERSONS, (("示例中层干部", 24), ("示例职工代表", 20))),
        "campaign": (_UNITS, _DELEGATES),
        "report": (("示例分析检查报告",), _DELEGATES),
        "conduct": (_UNITS, _DELEGATES),
        "members": (_PERSONS, (("示例支部党员", 26),)),
        "actions": (("示例事项一", "示例事项二", "示例事项三"), (("示例群众代表", 40),)),
        "village": (_PERSONS[:4], (("示例村民代表", 45),)),
        "service": (("示例窗口一", "示例窗口二", "示例窗口三"), (("示例办事群众", 60),)),
        "blank": (("示例对象一", "示例对象二"), (("示例参评人员", 30),)),
    }
)
"""By the key of a kind: its objects, and its voter groups with their numbers."""
BODIES: Final[Mapping[str, str]] = MappingProxyType({"leaders": "示例领导班子", "village": "示例村民委员会"})
"""By the key of a kind whose objects are members of a body: what that is called."""
