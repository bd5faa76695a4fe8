"""No table on the ballot side can tell who, when or in which order (SEC-06)."""

import pytest
import sqlalchemy as sa

import app.schema  # noqa: F401 - fills Base.metadata
from app.core.db import Base, Database, UtcDateTime
from tests.security.schema_lint import live_problems, model_problems

BALLOT_TABLES = {"stack", "remark"}
STAFF_TABLES = {
    "alembic_version", "announcement",
    "audit_entry", "box_opening", "box_root", "campaign", "campaign_form", "consent", "english_name",
    "campaign_copy", "campaign_section",
    "group_leaves_out", "invitation", "job", "key_holder", "login_try", "named_entry", "office", "reader_token",
    "recovery_code",
    "report_template",
    "result_read", "result_release", "result_signature", "result_verdict", "result_version", "restored",
    "round", "round_gone", "round_intent", "round_key", "round_retest", "second_factor",
    "section_object",
    "slip_batch", "slip_count", "stage", "staff", "staff_role", "staff_session", "staff_unit",
    "unit", "unit_register", "voter_group",
    "action_entry", "action_extension", "action_vote", "attachment", "board_done", "campaign_board", "holiday",
    "inbox_item",
    "opening_job", "opening_share", "opinion", "opinion_act", "order_attempt", "order_entry", "remedial_action",
    "remedial_order", "entered_issue", "entered_issue_unit", "plan", "plan_entry",
    "plan_page", "signing_rule", "unit_head",
    "round_document", "staff_mail", "supervision_notice", "unknown_code_count",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BALLOT_TABLES))
def test_the_models_tell_nothing(name: str) -> None:
    assert set(model_problems(Base.metadata.tables[name])) == set()


def test_the_database_tells_nothing(database: Database) -> None:
    with database.engine.connect() as connection:
        found = {problem for name in BALLOT_TABLES for problem in live_problems(connection, name)}
        sequences = sa.inspect(connection).get_sequence_names() if not database.is_sqlite else []
    assert found == set()
    assert sequences == []


def test_every_table_stands_on_one_side(database: Database) -> None:
    assert set(Base.metadata.tables) <= BALLOT_TABLES | STAFF_TABLES, "classify the new table in this file"
    live = set(sa.inspect(database.engine).get_table_names())
    assert live == BALLOT_TABLES | STAFF_TABLES


def test_no_staff_table_knows_a_code_or_an_envelope() -> None:
    names = {f"{table}.{column.name}" for table in STAFF_TABLES & set(Base.metadata.tables)
             for column in Base.metadata.tables[table].columns}  # fmt: skip
    assert not {name for name in names if name.split(".")[1] in {"code_hash", "envelope_id", "receipt", "nonce"}}


LEAKY: dict[str, tuple[object, ...]] = {
    "created_at": (UtcDateTime(),),
    "weight": (sa.Float(),),
    "total": (sa.Integer(), sa.Identity()),
    "round_id": (sa.Text(), sa.ForeignKey("round.id")),
    "client_ip": (sa.Text(),),
    "user_agent": (sa.Text(),),
    "mark": (sa.Integer(), sa.DefaultClause("0")),
    "staff": (sa.Text(),),
}


@pytest.mark.parametrize("name", LEAKY)
def test_it_finds_a_leak_in_a_model(name: str) -> None:
    metadata = sa.MetaData()
    sa.Table("round", metadata, sa.Column("id", sa.Text(), primary_key=True))
    key = sa.Column("id", sa.LargeBinary(), primary_key=True)
    leak: sa.Column[object] = sa.Column(name, *LEAKY[name])  # type: ignore[arg-type]
    bad = sa.Table("bad", metadata, key, leak, sqlite_strict=True, sqlite_with_rowid=False)
    assert list(model_problems(bad))


def test_it_finds_a_table_with_a_rowid_in_a_model() -> None:
    key = sa.Column("id", sa.LargeBinary(), primary_key=True)
    assert list(model_problems(sa.Table("bad", sa.MetaData(), key, sqlite_strict=True)))


LEAKY_SQL = {
    "sqlite": [
        "id BLOB PRIMARY KEY, t TEXT)",
        "id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "id BLOB PRIMARY KEY, t TEXT DEFAULT CURRENT_TIMESTAMP) STRICT, WITHOUT ROWID",
        "id BLOB PRIMARY KEY, r TEXT REFERENCES round(id)) STRICT, WITHOUT ROWID",
        "id BLOB PRIMARY KEY, seq INTEGER) STRICT, WITHOUT ROWID",
        "id BLOB PRIMARY KEY, t REAL) STRICT, WITHOUT ROWID",
    ],
    "postgresql": [
        "id bytea PRIMARY KEY, t timestamptz)",
        "id serial PRIMARY KEY)",
        "id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
        "id uuid PRIMARY KEY DEFAULT gen_random_uuid())",
        "id bytea PRIMARY KEY, r text REFERENCES round(id))",
        "id bytea PRIMARY KEY, seq integer)",
        "id bytea PRIMARY KEY, a inet)",
        "id bytea PRIMARY KEY, voter_ip text)",
    ],
}


def test_it_finds_a_leak_in_the_database(database: Database) -> None:
    for body in LEAKY_SQL[database.engine.dialect.name]:
        with database.engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE TABLE bad ({body}")
            assert list(live_problems(connection, "bad")), body
            connection.rollback()
