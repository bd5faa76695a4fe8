"""A campaign may have sections: objects of one sort and the form that they are rated by."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1480"
down_revision = "20261127_1470"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the sections and what belongs to them; to what is rated its position and who is responsible for it."""
    op.create_table(
        "campaign_section",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("objects", sa.Text(), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name="fk_campaign_section_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_section"),
        sa.UniqueConstraint("campaign_id", "noun", name="uq_campaign_section_campaign_id_noun"),
    )
    op.create_table(
        "section_object",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("section_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="fk_section_object_unit_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["section_id"], ["campaign_section.id"], name="fk_section_object_section_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", name="pk_section_object"),
    )
    op.add_column("unit", sa.Column("duty", sa.Text(), nullable=False, server_default=""))
    op.add_column("unit", sa.Column("responsible", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Undo; which section an object belonged to is forgotten."""
    op.drop_column("unit", "responsible")
    op.drop_column("unit", "duty")
    op.drop_table("section_object")
    op.drop_table("campaign_section")
