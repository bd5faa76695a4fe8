"""The kinds of vote that the start page offers as data.

A kind sets everything of a campaign that is the same wherever such a vote is held. What only the organiser can know
(names, numbers, the date) it lists as questions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import Disclosure, Extent
from app.campaigns.disclosure import Kind as DisclosureKind
from app.campaigns.domain import SECTIONS, Denominator, Formula, Objects, Scheme, default_top
from app.campaigns.kind_rules import COMMITTEE, CONGRESS, LEADERS, LEADERSHIP, MEMBERS, REPORT, SERVICE, VILLAGE
from app.campaigns.nouns import SEVERAL
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Rule, Sign

SET_UP = frozenset({"", "/units", "/groups", "/scheme", "/forms", "/english"})
"""The pages of a campaign that every kind of vote needs."""
IMPORTS = frozenset({"/import"})
COMPOSITE = frozenset({"/composite", "/sections"})
REMARKS = frozenset({"/opinions"})
FOLLOW_UP = frozenset({"/liaisons", "/board"})
"""The pages of what follows a result: who speaks for a unit, steps of the campaign, days that deadlines skip."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that only the organiser can know; ``page`` is where it is set up, below the campaign's address."""

    label: str
    page: str


@dataclass(frozen=True, slots=True)
class Body:
    """A body rated before its members, in a section of its own; theirs is called ``members``.

    ``ending`` makes a name for it out of that of the organisation.
    """

    noun: str
    members: str
    form: str
    rule: Rule
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """测评种类: what a campaign of this kind begins with. ``form``: the key of a form that ships.

    ``body``: what else is rated, where the objects are the members of something.
    """

    key: str
    name: str
    purpose: str
    objects: Objects
    title: str
    round_title: str
    form: str
    scheme: Scheme
    objects_hint: str
    voters_hint: str
    pages: frozenset[str] = SET_UP
    remarks: bool = False
    stages: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    body: Body | None = None

    @property
    def round_form(self) -> str:
        """What its first round asks by: its form, or the sections of a body and its members."""
        return SECTIONS if self.body else self.form

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that it begins with: of its objects, and of the body."""
        return (self.scheme.judged_by, *([self.body.rule] if self.body else []))

    @property
    def sort(self) -> str:
        """Of what sort all that is rated is: its objects, or several where there is a body as well."""
        return SEVERAL if self.body else self.objects

    def uses(self, page: str) -> bool:
        """Whether a page of the campaign belongs to this kind of vote."""
        return page in self.pages


def _scheme(scale: str, rule: Rule | None = None, **more: Any) -> Scheme:  # noqa: ANN401 - the scheme's own fields
    chosen = SCALES[scale]
    return Scheme(chosen, **{"formula": Formula(default_top(chosen)), "rule": rule, **more})


_CONGRESS = _scheme(
    "satisfaction_three",
    CONGRESS,
    formula=Formula(1, Denominator.EXPECTED),
    disclosure=Disclosure(DisclosureKind.ANNOUNCED, Extent.COUNTS),
    decimals=2,
    quorum=Quorum(Fraction(1, 2), Sign.ABOVE),
)
_ONE_GROUP = "一类即可，例如：县人大常委会组成人员 33"
_GROUPS = "每行一类，名称后写人数，例如：党代表 14"
_NAMES = Need("核对名单：姓名、职务、先后", "/units")
_BODY = Need("核对班子的名称和成员名单：姓名、职务", "/sections")
_COMMITTEE_NAMES = Need("核对村（居）委会的名称和成员名单", "/sections")
_NUMBERS = Need("核对各类参评人员的应参加人数", "/groups")
_RULE = Need("对照现行的办法，核对计分和判定的规则", "/scheme")
_SHOWN = Need("定下公布方式：保护，还是当场公布票数", "/scheme")

_ALL = (
    Kind(
        key="congress",
        name="人大满意度测评",
        purpose="常委会组成人员对专项工作报告、民生实事项目、审议意见办理情况测评，当场公布。",
        objects=Objects.PROJECT,
        title="{year}年民生实事项目办理情况满意度测评",
        round_title="满意度测评",
        form="t5",
        scheme=_CONGRESS,
        objects_hint="要测评的项目或者报告，每行一个，按议程顺序",
        voters_hint=_ONE_GROUP,
        needs=(Need("核对全体组成人员的人数", "/groups"), Need("核对项目名称和顺序，与议程一致", "/units"), _RULE),
    ),
    Kind(
        key="leaders",
        name="领导班子和干部年度民主测评",
        purpose="年度考核会上一张票测评领导班子和班子成员：班子评好、较好、一般、差，成员评优秀、称职、基本称职、不称职。",
        objects=Objects.PERSON,
        title="{year}年度领导班子和领导干部民主测评",
        round_title="年度民主测评",
        form="t6",
        scheme=_scheme("competence", LEADERS),
        objects_hint="班子成员的姓名，每行一名，按职务排列",
        voters_hint="每行一类，例如：中层以上干部 24",
        needs=(_BODY, _NUMBERS, _RULE),
        pages=SET_UP | COMPOSITE,
        body=Body("领导班子", "班子成员", "leadership", LEADERSHIP, "领导班子"),
    ),
    Kind(
        key="campaign",
        name="活动满意度测评",
        purpose="一次活动中由各方面代表测评许多单位，结果偏低的责令补课、复测。",
        objects=Objects.UNIT,
        title="学习实践活动群众满意度测评",
        round_title="群众满意度测评",
        form="t2",
        scheme=_scheme("satisfaction"),
        objects_hint="被测评单位，每行一个，按机构序列",
        voters_hint=_GROUPS,
        pages=SET_UP | COMPOSITE | IMPORTS | REMARKS | FOLLOW_UP,
        remarks=True,
        stages=("学习调研", "分析检查", "整改落实"),
        needs=(
            Need("核对单位名称和机构序列", "/units"),
            _NUMBERS,
            Need("各单位的联络员（补课和整改用）", "/liaisons"),
        ),
    ),
    Kind(
        key="report",
        name="分析检查报告评议",
        purpose="在评议会上对一份分析检查报告逐项评议，会后按意见修改报告。",
        objects=Objects.DOCUMENT,
        title="领导班子分析检查报告评议",
        round_title="分析检查报告评议",
        form="t1",
        scheme=_scheme("quality", REPORT),
        objects_hint="报告的名称，一份一行",
        voters_hint=_GROUPS,
        pages=SET_UP | REMARKS,
        remarks=True,
        needs=(Need("核对报告名称", "/units"), _NUMBERS),
    ),
    Kind(
        key="conduct",
        name="政风行风评议",
        purpose="企业、群众和服务对象评议许多部门，逐项评价，一页一项。",
        objects=Objects.UNIT,
        title="{year}年政风行风评议",
        round_title="政风行风评议",
        form="t4",
        scheme=_scheme("satisfaction"),
        objects_hint="被评议的部门和行业，每行一个，按机构序列",
        voters_hint=_GROUPS,
        pages=SET_UP | COMPOSITE | IMPORTS | REMARKS | FOLLOW_UP,
        needs=(Need("核对单位名称和机构序列", "/units"), _NUMBERS),
    ),
    Kind(
        key="members",
        name="民主评议党员",
        purpose="支部党员大会上互评，等次为优秀、合格、基本合格、不合格。",
        objects=Objects.PERSON,
        title="{year}年度民主评议党员",
        round_title="民主评议党员",
        form="t7",
        scheme=_scheme("qualification", MEMBERS),
        objects_hint="党员的姓名，每行一名，按名单顺序",
        voters_hint="例如：支部党员 26",
        needs=(_NAMES, _NUMBERS),
        pages=SET_UP | COMPOSITE,
    ),
    Kind(
        key="actions",
        name="整改事项满意度",
        purpose="整改完成以后，请群众对整改台账里的每一项测评满意不满意。",
        objects=Objects.PROJECT,
        title="整改事项群众满意度测评",
        round_title="整改事项满意度测评",
        form="t8",
        scheme=_scheme("satisfaction_three"),
        objects_hint="整改事项，每行一项，按台账顺序",
        voters_hint=_GROUPS,
        pages=SET_UP | IMPORTS | REMARKS | FOLLOW_UP,
        remarks=True,
        needs=(Need("核对整改事项，与台账一致", "/units"), _NUMBERS),
    ),
    Kind(
        key="village",
        name="村（居）委会及成员民主评议",
        purpose="村民代表会议一张票评议村（居）委会和成员，成员不称职票达到半数的另行处理。",
        objects=Objects.PERSON,
        title="{year}年村民委员会及成员民主评议",
        round_title="民主评议",
        form="t6",
        scheme=_scheme("competence", VILLAGE),
        objects_hint="村（居）委会成员的姓名，每行一名",
        voters_hint="例如：村民代表 45",
        needs=(_COMMITTEE_NAMES, Need("核对村民代表（户代表）的人数", "/groups"), _RULE, _SHOWN),
        pages=SET_UP | COMPOSITE,
        body=Body("村（居）委会", "村（居）委会成员", "committee", COMMITTEE),
    ),
    Kind(
        key="service",
        name="学校、医院、窗口服务满意度",
        purpose="家长、病人、办事群众评价学校、医院或者办事窗口，五个等次。",
        objects=Objects.UNIT,
        title="{year}年服务满意度测评",
        round_title="服务满意度测评",
        form="window",
        scheme=_scheme("satisfaction_five", SERVICE),
        objects_hint="学校、医院、科室或者窗口，每行一个",
        voters_hint="每行一类，例如：学生家长 200",
        pages=SET_UP | COMPOSITE | IMPORTS | REMARKS,
        remarks=True,
        needs=(Need("核对名称和先后", "/units"), _NUMBERS),
    ),
    Kind(
        key="blank",
        name="空白",
        purpose="以上都不合适：自己定测评表、等次和规则。",
        objects=Objects.UNIT,
        title="",
        round_title="满意度测评",
        form="blank",
        scheme=_scheme("satisfaction"),
        objects_hint="测评对象，每行一个",
        voters_hint=_GROUPS,
        pages=SET_UP | COMPOSITE | IMPORTS | REMARKS | FOLLOW_UP,
        needs=(Need("编好测评表", "/forms"), Need("定好计分和判定的规则", "/scheme"), _NUMBERS),
    ),
)
KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.key: kind for kind in _ALL})
DEFAULT_KIND: Final = "campaign"
"""The kind of the product's source, and of campaigns that were made before there were kinds."""


def kind_of(key: str) -> Kind:
    """Return the kind of that key; the first kind there ever was for a key that nobody knows."""
    return KINDS.get(key, KINDS[DEFAULT_KIND])
