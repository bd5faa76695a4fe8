"""Requests for consent stand in the inboxes of all who may agree."""

import sqlalchemy as sa
from alembic import op

revision = "20261127_1380"
down_revision = "20261127_1365"
branch_labels = None
depends_on = None

WAITING = """
    INSERT INTO inbox_item (id, staff_id, consent_id, text, href, at)
    SELECT consent.id || staff.id, staff.id, consent.id, consent.asked_by_name || '提请办理一项事项。',
           CASE consent.kind WHEN 'round' THEN '/rounds/' || consent.subject_id ELSE '/staff' END, consent.asked_at
    FROM consent, staff
    WHERE consent.granted IS NULL AND NOT staff.disabled AND staff.id <> consent.asked_by
      AND (staff.role IN ('organiser', 'scrutineer')
           OR consent.kind = 'account' AND staff.role IN ('auditor', 'supervisor', 'secadmin', 'sysadmin'))
"""


def upgrade() -> None:
    """Let consents say what they are about, and tell those who may agree to what waits."""
    op.add_column("consent", sa.Column("what", sa.Text(), nullable=False, server_default=""))
    op.add_column("consent", sa.Column("href", sa.Text(), nullable=False, server_default=""))
    op.add_column("inbox_item", sa.Column("consent_id", sa.Text(), nullable=True))
    op.create_index("ix_inbox_item_consent_id", "inbox_item", ["consent_id"])
    op.execute(WAITING)


def downgrade() -> None:
    """Undo; inboxes tell of no request any more."""
    op.execute("DELETE FROM inbox_item WHERE consent_id IS NOT NULL")
    op.drop_index("ix_inbox_item_consent_id", "inbox_item")
    op.drop_column("inbox_item", "consent_id")
    op.drop_column("consent", "href")
    op.drop_column("consent", "what")
