"""The English beside the Chinese of a slip, where the round has English names."""

from app.office.language import _, written_in
from app.rounds.domain import Paper, PaperGroup
from app.slips.sheets import HOW_TO, SlipEnglish


def is_spoken(paper: Paper) -> bool:
    """Whether the organiser gave the vote, or who votes, an English name: then voters may read no Chinese."""
    return paper.is_translated((*_of_vote(paper), *(group.name for group in paper.groups)))


def front_in_english(paper: Paper, group: PaperGroup, address: str, *, wifi: bool) -> SlipEnglish | None:
    """Return what stands beside the face of a group's slips; None where the vote has no English."""
    if not is_spoken(paper):
        return None
    with written_in("en"):
        title, *more = _titles(paper)
        join = (_("先连无线网：扫较小的二维码"),) if wifi else ()
        return SlipEnglish(
            _("〔演练〕%(title)s", title=title) if paper.rehearsal else title,
            " · ".join((*more, _("您是 %(people)s 人中的一人", people=group.expected))),
            paper.english.get(group.name, group.name),
            (*join, *map(_, HOW_TO)),
            (_("扫不了？票码填在 %(address)s", address=address),),
        )


def back_in_english(paper: Paper, link: str) -> SlipEnglish | None:
    """Return what stands beside the back of every slip; None where the vote has no English."""
    if not is_spoken(paper):
        return None
    with written_in("en"):
        title, *more = _titles(paper)
        lines = (
            _("这一面查结果，投票请扫正面"),
            _("向参评人员公布后，扫左侧二维码，可以看各单位所在的档次。每张票的这一面都相同。"),
            _("扫不了？打开 %(link)s", link=link),
        )
        return SlipEnglish(title, " · ".join(more), lines=lines)


def _of_vote(paper: Paper) -> tuple[str, ...]:
    return paper.organisation, paper.title, paper.campaign


def _titles(paper: Paper) -> list[str]:
    """Return what the vote is called in English, as far as it is; at least that it is one without names."""
    named = dict.fromkeys((paper.organisation, paper.title))
    found = [paper.english[name] for name in named if name in paper.english]
    return found or [paper.english.get(paper.campaign, _("无记名测评"))]
