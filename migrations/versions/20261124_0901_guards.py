"""Let the database itself refuse to change the audit log or a frozen paper (SEC-38, SEC-40)."""

from alembic import op

revision = "20261124_0901"
down_revision = "20261124_0900"
branch_labels = None
depends_on = None

SQLITE = {
    "audit_entry_no_update": "BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "audit_entry_no_delete": "BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "round_paper_frozen": (
        "BEFORE UPDATE OF paper, paper_hash ON round WHEN OLD.paper IS NOT NULL"
        " AND (NEW.paper IS NOT OLD.paper OR NEW.paper_hash IS NOT OLD.paper_hash)"
        " BEGIN SELECT RAISE(ABORT, 'paper is frozen'); END"
    ),
}
POSTGRESQL = (
    "CREATE FUNCTION manyidu_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'refused by a guard'; END $$",
    "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry"
    " FOR EACH ROW EXECUTE FUNCTION manyidu_refuse()",
    "CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry"
    " FOR EACH STATEMENT EXECUTE FUNCTION manyidu_refuse()",
    "CREATE TRIGGER round_paper_frozen BEFORE UPDATE ON round FOR EACH ROW WHEN (OLD.paper IS NOT NULL"
    " AND (NEW.paper IS DISTINCT FROM OLD.paper OR NEW.paper_hash IS DISTINCT FROM OLD.paper_hash))"
    " EXECUTE FUNCTION manyidu_refuse()",
)


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        for name, body in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    for statement in POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP FUNCTION manyidu_refuse() CASCADE")
