"""Holidays are the installation's and no longer each campaign's.

Of a day that campaigns of one office entered differently, the campaign that was made last wins: it was set up with the
newest announcement of exchanged days at hand. A day that one campaign entered alone counts for all.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1580"
down_revision = "20261127_1562"
branch_labels = None
depends_on = None

MERGE = """
INSERT INTO holiday (office_id, day, working)
SELECT CASE WHEN campaign.office_id = 'root' THEN '' ELSE campaign.office_id END, old.day, old.working
FROM campaign_holiday AS old JOIN campaign ON campaign.id = old.campaign_id
WHERE NOT EXISTS (
    SELECT 1 FROM campaign_holiday AS other JOIN campaign AS later ON later.id = other.campaign_id
    WHERE other.day = old.day AND later.office_id = campaign.office_id
        AND (later.created_at > campaign.created_at
            OR (later.created_at = campaign.created_at AND later.id > campaign.id))
)
"""
SHARE_OUT = """
INSERT INTO campaign_holiday (campaign_id, day, working)
SELECT campaign.id, holiday.day, holiday.working FROM campaign JOIN holiday
    ON holiday.office_id = CASE WHEN campaign.office_id = 'root' THEN '' ELSE campaign.office_id END
"""


def _table(name: str, key: str, *more: sa.ForeignKeyConstraint) -> None:
    op.create_table(
        name,
        sa.Column(key, sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint(key, "day", name=f"pk_{name}_days"),
    )


def upgrade() -> None:
    """Merge the campaigns' days into one table by office."""
    op.rename_table("holiday", "campaign_holiday")
    _table("holiday", "office_id")
    op.execute(MERGE)
    op.drop_table("campaign_holiday")


def downgrade() -> None:
    """Undo; every campaign gets the days of its office."""
    campaign = sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_holiday_campaign_id")
    _table("campaign_holiday", "campaign_id", campaign)
    op.execute(SHARE_OUT)
    op.drop_table("holiday")
    op.rename_table("campaign_holiday", "holiday")
