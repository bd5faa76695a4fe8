"""Papers for the tests of the box."""

from app.campaigns.domain import Grade, Item, Scale, Scheme
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit, paper_digest

SCALE = Scale(
    "four",
    (Grade("满意", 100, True), Grade("基本满意", 80, True), Grade("一般", 60, False), Grade("不满意", 0, False)),  # noqa: FBT003
    unknown="不了解",
)
HASH = paper_digest("a paper")


def make_paper(
    units: int = 8, items: int = 6, left_out: dict[str, tuple[str, ...]] | None = None, remark_bytes: int = 0
) -> Paper:
    """Return a paper with the voter groups ``residents`` and ``staff``; ``left_out`` names units per group."""
    left_out = left_out or {}
    return Paper(
        round_id="r1",
        organisation="某县文化局",
        campaign="测评",
        title="第一轮",
        parts=(
            PaperSection(
                "T2",
                tuple(Item(f"i{at}", f"第{at}项") for at in range(items)),
                tuple(PaperUnit(f"u{at}", f"单位{at}") for at in range(units)),
            ),
        ),
        groups=tuple(PaperGroup(key, key, 60, left_out.get(key, ())) for key in ("residents", "staff")),
        scheme=Scheme(SCALE),
        promise="匿名",
        remarks=remark_bytes > 0,
        remark_bytes=remark_bytes,
    )
