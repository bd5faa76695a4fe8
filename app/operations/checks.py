"""``manyidu check``: what an administrator wants to know before a meeting."""

from collections.abc import Generator, Iterator
from datetime import datetime

from app.audit.service import check_chain
from app.ballots import reads as ballots
from app.ballots.domain import GateState
from app.ballots.verification import verify
from app.box.reads import key_of
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.core.signing import public_half
from app.operations.server import check_engine, open_database
from app.publication.signing import check_stored, versions_in
from app.rounds.domain import Paper, RoundState
from app.rounds.hall_check import hall_of, hall_steps
from app.rounds.papers import parse_paper
from app.rounds.reads import all_rounds, frozen_text

UNDER_WAY = {RoundState.OPEN, RoundState.SEALED}


def run_checks(settings: Settings, now: datetime) -> Iterator[str]:
    """Yield a line per check that passed, a warning, or what is wrong with a box or its key.

    SettingsError, or DomainError ``boxes_tampered``, ``results_tampered`` or ``audit_broken`` in the end if something
    was wrong.
    """
    with open_database(settings) as database:
        folder = KeyFolder(settings.data / "keys")
        yield "schema: current"
        check_engine(database.engine)
        yield f"database: durable ({database.engine.dialect.name})"
        if settings.loopback:
            yield f"warning: slips lead to {settings.base_url}, which no phone reaches: set MANYIDU_BASE_URL"
        with database.reading() as session:
            found = check_chain(session)
        yield from _halls(database, settings, now)
        wrong = yield from _boxes(database, folder)
        wrong += yield from _keys(database, folder)
        unsigned = yield from _results(database)
    folder.pepper()
    folder.form_secret()
    folder.tag_secret()
    yield f"signing key: public half {public_half(folder.signing_key()).hex()}"
    yield f"key folder: private, {len(folder.parts())} sealed box(es)"
    if found.broken_at is not None:
        raise DomainError("audit_broken")
    yield f"audit log: {found.entries} entries, head {found.head}; to be kept for {settings.log_days} days at least"
    if wrong:
        raise DomainError("boxes_tampered", count=wrong)
    if unsigned:
        raise DomainError("results_tampered", count=unsigned)


def _halls(database: Database, settings: Settings, now: datetime) -> Iterator[str]:
    """Say of every round that has not begun what would fail in the hall, as its page does."""
    hall = hall_of(settings, now, asks_mail=True)
    with database.reading() as session:
        steps = [(row.title, step) for row in all_rounds(session) for step in hall_steps(session, row, hall)]
    for title, step in steps:
        if not step.done:
            yield f"warning: “{title}”: {step.label}" + (f" ({step.detail})" if step.detail else "")


def _boxes(database: Database, folder: KeyFolder) -> Generator[str, None, int]:
    """Check every tag of every box, open ones too, and whether the order of casts is archived (SEC-75, SEC-87).

    Return how many boxes are wrong.
    """
    with database.reading() as session:
        rounds = all_rounds(session)
        papers = {row.id: frozen_text(session, row.id)[0] for row in rounds if row.state in UNDER_WAY}
    here, wrong = ballots.round_ids(database), 0
    for text in papers.values():
        paper = parse_paper(text)
        if paper.round_id not in here:
            yield f"warning: the box of “{paper.title}” is not here: its ballots are lost, void the round"
        elif told := _wrong(database, folder, paper) or _wrong_paper(database, paper.round_id, text):
            wrong += 1
            yield f"WRONG: box of “{paper.title}”: {told}"
    yield f"boxes: {len(here)}, of {len(here & papers.keys()) - wrong} under way every tag is right"
    if strangers := here - {row.id for row in rounds}:
        yield f"warning: {len(strangers)} box(es) of rounds that this database does not know"
    if any(row.state is RoundState.OPEN for row in rounds) and _archives(database):
        yield "warning: the WAL is archived while a round is open; it keeps the order of casts: switch archive_mode off"
    return wrong


def _keys(database: Database, folder: KeyFolder) -> Generator[str, None, int]:
    """Check the key of every round that waits to begin (SEC-75); return how many are not those that were made."""
    with database.reading() as session:
        ready = [row for row in all_rounds(session) if row.state is RoundState.READY]
        keys = [(row, key) for row in ready if (key := key_of(session, row.id)) is not None]
    swapped = [row.title for row, key in keys if not folder.knows_key(row.id, key.public_key)]
    yield from (f"WRONG: key of “{title}”: not the one that was made of its holders' secrets" for title in swapped)
    return len(swapped)


def _results(database: Database) -> Generator[str, None, int]:
    """Check the signature of every version of every result (SEC-75); return how many are wrong."""
    versions, wrong = versions_in(database), 0
    with database.reading() as session:
        titles = {row.id: row.title for row in all_rounds(session)}
    for round_id, version in versions:
        try:
            check_stored(database, round_id, version)
        except DomainError as error:
            wrong += 1
            yield f"WRONG: result of “{titles[round_id]}”, version {version}: {error.code}"
    yield f"results: {len(versions)} version(s), of {len(versions) - wrong} the signature is right"
    return wrong


def _wrong(database: Database, folder: KeyFolder, paper: Paper) -> str:
    """Return what is wrong with a box, by voter group; empty if nothing is.

    While ballots fall in, codes and envelopes are read one after the other, and their numbers may differ.
    """
    verdict, closed = verify(database, folder, paper.round_id), _is_closed(database, paper.round_id)
    names = {group.id: group.name for group in paper.groups}
    told = []
    for group, found in verdict.groups.items():
        if found.bad_envelopes or found.bad_codes:
            bad = f"{found.bad_envelopes} envelope(s) and {found.bad_codes} code(s) with a wrong tag"
            told.append(f"{names.get(group, group)}: {bad}")
        elif closed and not found.is_right:
            told.append(f"{names.get(group, group)}: {found.envelopes} envelope(s) for {found.spent} spent code(s)")
    if not told and not verdict.gate_is_right:
        return "its gate is not as the service left it"
    return "; ".join(told)


def _wrong_paper(database: Database, round_id: str, text: str) -> str:
    is_same = ballots.gate(database, round_id).paper == text
    return "" if is_same else "the paper of its round is not the one that voters had before them"


def _is_closed(database: Database, round_id: str) -> bool:
    try:
        return ballots.gate(database, round_id).state is GateState.CLOSED
    except DomainError:
        return False


def _archives(database: Database) -> bool:
    if database.is_sqlite:
        return False
    with database.engine.connect() as connection:
        return connection.exec_driver_sql("SHOW archive_mode").scalar() != "off"
