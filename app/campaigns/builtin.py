"""The scales and forms that ship (docs/glossary.md “The campaign”); a campaign copies and edits them.

The third grade of a four-grade scale （基本满意， 一般， 基本称职， 基本合格） is positive: it scores 60, a pass, and
belongs to 总体满意率 but not to the headline 满意率. Grades that are not positive make up 不满意率.
"""

from collections.abc import Mapping
from types import MappingProxyType

from app.campaigns.domain import Form, Grade, Item, Scale

DEFAULT_SCALE = "satisfaction"

_SCORES = {2: (100, 0), 3: (100, 60, 0), 4: (100, 80, 60, 0), 5: (100, 80, 60, 30, 0)}
_NEGATIVE = {2: 1, 3: 1, 4: 1, 5: 2}


def _scale(key: str, labels: str, unknown: str | None = None) -> Scale:
    words = labels.split("/")
    positive = len(words) - _NEGATIVE[len(words)]
    grades = tuple(
        Grade(word, score, rank < positive)
        for rank, (word, score) in enumerate(zip(words, _SCORES[len(words)], strict=True))
    )
    return Scale(key, grades, unknown)


def _item(key: str, label: str, labels: str = "", *, overall: bool = False, heading: str = "") -> Item:
    return Item(key, label, overall, tuple(labels.split("/")) if labels else (), heading=heading)


_ALL_SCALES = (
    _scale(DEFAULT_SCALE, "满意/比较满意/基本满意/不满意", "不了解"),
    _scale("satisfaction_fair", "满意/比较满意/一般/不满意"),
    _scale("satisfaction_three", "满意/基本满意/不满意"),
    _scale("quality", "好/较好/一般/差"),
    _scale("competence", "优秀/称职/基本称职/不称职"),
    _scale("qualification", "优秀/合格/基本合格/不合格"),
    _scale("satisfaction_five", "非常满意/满意/基本满意/不满意/非常不满意"),
    _scale("yes_no", "是/否", "不了解"),
)

_T1 = Form(
    key="t1",
    title="分析检查报告评议表",
    scale="quality",
    items=(
        _item("understanding", "对科学发展观的认识", "深/较深/一般/不深"),
        _item("problems", "查找的问题", "准/较准/一般/不准"),
        _item("causes", "原因分析", "透/较透/一般/不透"),
        _item("direction", "发展思路", "清楚/较清楚/一般/不清楚"),
        _item("measures", "改进措施", "可行/较可行/一般/不可行"),
        _item("overall", "总体评价", overall=True),
    ),
    remarks=True,
)

_T2 = Form(
    key="t2",
    title="学习实践活动满意度测评表",
    scale=DEFAULT_SCALE,
    items=(
        _item("awareness", "提高思想认识"),
        _item("finding", "查找突出问题"),
        _item("solving", "解决群众反映强烈的突出问题"),
        _item("example", "领导班子和党员干部作表率"),
        _item("conduct", "转变作风、提高效能"),
        _item("overall", "总体评价", overall=True),
    ),
    remarks=True,
)

_T3 = Form(
    key="t3",
    title="教育实践活动群众测评表",
    scale=DEFAULT_SCALE,
    items=(_item("overall", "总体评价", overall=True), _item("solving", "解决突出问题")),
    remarks=True,
)

_T4 = Form(
    key="t4",
    title="政风行风评议表",
    scale=DEFAULT_SCALE,
    items=(
        _item("law", "依法办事"),
        _item("fees", "规范收费"),
        _item("openness", "办事公开"),
        _item("service", "服务质量"),
        _item("integrity", "清正廉洁"),
    ),
)

_T5 = Form(
    key="t5",
    title="专项报告满意度测评表",
    scale="satisfaction_three",
    items=(_item("overall", "总体评价", overall=True),),
    top=1,
)

_T6 = Form(
    key="t6",
    title="年度考核民主测评票",
    scale="competence",
    items=(
        _item("virtue", "德"),
        _item("ability", "能"),
        _item("diligence", "勤"),
        _item("achievement", "绩"),
        _item("integrity", "廉"),
        _item("overall", "总体评价", overall=True),
    ),
    self_cell=True,
)

_T7 = Form(
    key="t7",
    title="民主评议党员测评表",
    scale="qualification",
    items=(
        _item("conviction", "理想信念"),
        _item("purpose", "宗旨意识"),
        _item("discipline", "组织纪律"),
        _item("example", "先锋模范作用"),
        _item("integrity", "廉洁自律"),
        _item("overall", "总体评价", overall=True),
    ),
    self_cell=True,
)

_T8 = Form(
    key="t8",
    title="整改事项满意度测评表",
    scale="satisfaction_three",
    items=(_item("overall", "整改效果", overall=True),),
    top=1,
)

_SCHOOL = Form(
    key="school",
    title="学校满意度测评表",
    scale="satisfaction_five",
    items=(
        _item("teaching", "教育教学"),
        _item("teachers", "师德师风"),
        _item("safety", "校园安全"),
        _item("campus", "校园环境和食宿"),
        _item("parents", "家校沟通"),
        _item("fees", "收费公开"),
        _item("overall", "总体评价", overall=True),
    ),
    remarks=True,
)

_HOSPITAL = Form(
    key="hospital",
    title="医院满意度测评表",
    scale="satisfaction_five",
    items=(
        _item("process", "挂号和就诊流程"),
        _item("skill", "诊疗水平"),
        _item("attitude", "服务态度"),
        _item("explanation", "病情和费用的说明"),
        _item("surroundings", "就医环境"),
        _item("integrity", "医德医风"),
        _item("overall", "总体评价", overall=True),
    ),
    remarks=True,
)

_WINDOW = Form(
    key="window",
    title="窗口服务满意度测评表",
    scale="satisfaction_five",
    items=(
        _item("guidance", "办事指引"),
        _item("process", "办事流程"),
        _item("speed", "办事效率"),
        _item("attitude", "服务态度"),
        _item("result", "办理结果"),
        _item("overall", "总体评价", overall=True),
    ),
    remarks=True,
)

_LEADERSHIP = Form(
    key="leadership",
    title="领导班子民主测评表",
    scale="quality",
    items=(
        _item("politics", "政治建设"),
        _item("centralism", "民主集中制"),
        _item("results", "工作实绩"),
        _item("conduct", "作风建设"),
        _item("integrity", "廉洁自律"),
        _item("overall", "总体评价", overall=True),
    ),
)

_WORKERS = Form(
    key="workers",
    title="教代会（职代会）民主评议干部测评表",
    scale="competence",
    items=(
        _item("conviction", "政治表现", heading="一、德"),
        _item("ethics", "职业道德", heading="一、德"),
        _item("skill", "业务能力", heading="二、能"),
        _item("leading", "组织管理", heading="二、能"),
        _item("diligence", "工作作风", heading="三、勤"),
        _item("achievement", "履职实绩", heading="四、绩"),
        _item("integrity", "廉洁自律", heading="五、廉"),
        _item("overall", "总体评价", overall=True),
    ),
    self_cell=True,
)

_COMMITTEE = Form(
    key="committee",
    title="村（居）委会民主评议表",
    scale="quality",
    items=(
        _item("duties", "履行职责"),
        _item("openness", "村（居）务公开"),
        _item("democracy", "民主议事"),
        _item("service", "服务群众"),
        _item("integrity", "廉洁自律"),
        _item("overall", "总体评价", overall=True),
    ),
)

_BLANK = Form(key="blank", title="空白测评表", scale=DEFAULT_SCALE, items=(_item("overall", "总体评价", overall=True),))

_ALL_FORMS = (
    _T1, _T2, _T3, _T4, _T5, _T6, _T7, _T8, _LEADERSHIP, _WORKERS, _COMMITTEE, _SCHOOL, _HOSPITAL, _WINDOW, _BLANK,
)  # fmt: skip

SCALES: Mapping[str, Scale] = MappingProxyType({scale.key: scale for scale in _ALL_SCALES})
FORMS: Mapping[str, Form] = MappingProxyType({form.key: form for form in _ALL_FORMS})
