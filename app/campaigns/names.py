"""The English names that ship: of the built-in forms, their items, and the grades of every built-in scale."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

SHIPPED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "满意": "Satisfied",
        "比较满意": "Fairly satisfied",
        "基本满意": "Basically satisfied",
        "不满意": "Dissatisfied",
        "一般": "Average",
        "非常满意": "Very satisfied",
        "非常不满意": "Very dissatisfied",
        "好": "Good",
        "较好": "Fairly good",
        "差": "Poor",
        "优秀": "Excellent",
        "称职": "Competent",
        "基本称职": "Basically competent",
        "不称职": "Not competent",
        "合格": "Qualified",
        "基本合格": "Basically qualified",
        "不合格": "Not qualified",
        "不了解": "Don't know",
        "弃权": "Abstain",
        "深": "Deep",
        "较深": "Fairly deep",
        "不深": "Shallow",
        "准": "Accurate",
        "较准": "Fairly accurate",
        "不准": "Inaccurate",
        "透": "Thorough",
        "较透": "Fairly thorough",
        "不透": "Not thorough",
        "清楚": "Clear",
        "较清楚": "Fairly clear",
        "不清楚": "Unclear",
        "可行": "Feasible",
        "较可行": "Fairly feasible",
        "不可行": "Not feasible",
        "分析检查报告评议表": "Review of the analysis report",
        "对科学发展观的认识": "Understanding of scientific development",
        "查找的问题": "Problems identified",
        "原因分析": "Analysis of causes",
        "发展思路": "Direction of development",
        "改进措施": "Measures of improvement",
        "总体评价": "Overall",
        "学习实践活动满意度测评表": "Satisfaction with the study and practice campaign",
        "提高思想认识": "Raising awareness",
        "查找突出问题": "Finding the main problems",
        "解决群众反映强烈的突出问题": "Solving the problems that people complain of most",
        "领导班子和党员干部作表率": "Leaders and officials setting an example",
        "转变作风、提高效能": "Better conduct, more effective work",
        "政风行风评议表": "Review of administrative conduct",
        "依法办事": "Acting by the law",
        "规范收费": "Charging fees by the rules",
        "办事公开": "Openness",
        "服务质量": "Quality of service",
        "清正廉洁": "Integrity",
    }
)


def english_of(own: Mapping[str, str], name: str) -> str:
    """Return a name's English out of a campaign's own dictionary or the one that ships; empty where there is none."""
    return own.get(name) or SHIPPED.get(name, "")
