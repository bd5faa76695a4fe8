"""Papers for tests: the one section of a paper with other contents, and a paper of several."""

from dataclasses import replace
from typing import Any

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Formula, Grade, Item, Objects, Scale, Scheme
from app.core.secrets import new_id
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit


def asked(paper: Paper, **changes: Any) -> Paper:  # noqa: ANN401
    """Return a paper of one section with changes to that: ``items``, ``units``, ``form_title`` and others."""
    [part] = paper.parts
    return replace(paper, parts=(replace(part, **changes),))


YES_NO = Scale("yes_no", (Grade("同意", 100, positive=True), Grade("不同意", 0, positive=False)), unknown="不了解")


def sitting(members: int = 7, **changes: Any) -> Paper:  # noqa: ANN401
    """Return a paper of three sections: 领导班子 (1 x 8), its members (x 6) and a report (1 x 1).

    The group ``staff`` does not rate the first of the members.
    """
    names = "甲乙丙丁戊己庚辛"
    questions = tuple(Item(f"p{at}", f"个人第{at + 1}项") for at in range(5))
    people = tuple(PaperUnit(f"m{at}", f"成员{names[at % 8]}{at // 8 or ''}", "副局长") for at in range(members))
    body = tuple(Item(f"b{at}", f"班子第{at + 1}项") for at in range(8))
    parts = (
        PaperSection("领导班子测评表", body, (PaperUnit("body", "县文化局领导班子"),), "body", "领导班子"),
        PaperSection(
            "班子成员测评表",
            (*questions, Item("all", "总体评价", overall=True)),
            people,
            "people",
            "班子成员",
            Objects.PERSON,
        ),
        PaperSection(
            "工作报告评议表",
            (Item("report", "对报告的意见"),),
            (PaperUnit("doc", "年度工作报告", responsible="局办公室"),),
            "report",
            "工作报告",
            Objects.DOCUMENT,
            Scheme(YES_NO, formula=Formula(1)),
        ),
    )
    groups = (PaperGroup("residents", "服务对象", 60), PaperGroup("staff", "下属单位", 40, ("m0",)))
    scheme = Scheme(SCALES["satisfaction"])
    paper = Paper(new_id(), "某县文化局", "年度民主测评", "民主测评", parts, groups, scheme, "slips")
    return replace(paper, **{"remarks": True, "remark_bytes": 600, **changes})
