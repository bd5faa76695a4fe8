"""A campaign has steps where its organiser set some; those whose units entered some keep the stages they had."""

import json

import sqlalchemy as sa
from alembic import op

revision = "20261127_1595"
down_revision = "20261127_1589"
branch_labels = None
depends_on = None

STEPS = {
    "study 学习调研": ("study 学习调研 hand",),
    "analysis 分析检查": (
        "opinions 征求意见 opinions", "meeting 民主生活会 hand", "report 分析检查报告 hand", "review 评议 review",
    ),
    "rectification 整改落实": (
        "plan 整改方案 plan", "solving 解决问题 ledger", "mechanism 完善机制 hand", "closing 测评总结 round",
    ),
}  # fmt: skip
"""The stages that held until now where nobody had edited them."""
USED = """
INSERT INTO campaign_board (campaign_id, stages)
SELECT DISTINCT board_done.campaign_id, :stages FROM board_done
WHERE board_done.campaign_id NOT IN (SELECT campaign_id FROM campaign_board)
"""


def upgrade() -> None:
    """Write down for the campaigns that use it what held for all."""
    stages = []
    for stage, steps in STEPS.items():
        key, name = stage.split()
        fields = (dict(zip(("key", "name", "source"), step.split(), strict=True)) for step in steps)
        stages.append({"key": key, "name": name, "steps": [{**each, "starts": None, "due": None} for each in fields]})
    op.get_bind().execute(sa.text(USED), {"stages": json.dumps(stages, ensure_ascii=False)})


def downgrade() -> None:
    """Undo nothing: what is written down is what holds without it."""
