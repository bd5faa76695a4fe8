"""Memory of every process of the service after an opening: no whole ballot, private key or holder's words (SEC-73).

The ballots are put into the box before the service starts: what casting leaves behind is another requirement's matter.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import numpy as np
import pytest
from sqlalchemy import text

from app.accounts.models import StaffSession
from app.accounts.service import token_hash
from app.accounts.sessions import cookie_value
from app.box import jobs
from app.box.holder_secret import read_secret
from app.box.seal import seal
from app.core.clock import utc_now
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import new_token
from app.web.forms import TOKEN_FIELD, form_token
from tests.box.boxes import Box, make_box, make_staff, unlocked
from tests.box.papers import make_paper
from tests.servers import ANEW, Server, served
from tests.waiting import wait_until

BALLOTS = {"residents": 60, "staff": 40}
WORD, STEP, HASH_BITS = 8, 4, 20
WRITABLE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw", re.MULTILINE)


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def pieces(pid: int) -> Iterator[bytes]:
    """Yield all memory that a process can write."""
    try:
        areas = WRITABLE.findall(Path(f"/proc/{pid}/maps").read_text("utf-8"))
    except FileNotFoundError:  # it has ended, and its memory with it
        return
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in areas:
            memory.seek(int(start, 16))
            try:
                yield memory.read(int(end, 16) - int(start, 16))
            except OSError:  # an area that the kernel shows to nobody
                continue


def searched(secrets: Sequence[bytes]) -> Callable[[bytes], set[bytes]]:
    """Return what finds the secrets, each of eleven bytes or more, in a piece of memory.

    Looking for a hundred ballots one after the other took thirty times as long. Wherever a secret lies, one of its
    first four bytes has a place that four divides, and the eight bytes from there are a word of one of two rulings.
    """
    assert min(map(len, secrets)) >= WORD + STEP - 1
    starting: dict[int, list[tuple[bytes, int]]] = {}
    for secret in secrets:
        for start in range(STEP):
            word = int.from_bytes(secret[start : start + WORD], "little")
            starting.setdefault(word, []).append((secret, start))
    words = np.fromiter(starting, np.uint64)
    known = np.zeros(1 << HASH_BITS, np.bool_)
    known[hashed(words)] = True

    def find(piece: bytes) -> set[bytes]:
        found = set()
        for shift in (0, STEP):
            ruled = np.frombuffer(piece, np.uint64, (len(piece) - shift) // WORD, shift)
            likely = np.flatnonzero(known[hashed(ruled)])
            for place in likely[np.isin(ruled[likely], words)].tolist():
                for secret, start in starting[int(ruled[place])]:
                    begin = shift + WORD * place - start
                    if begin >= 0 and piece[begin : begin + len(secret)] == secret:
                        found.add(secret)
        return found

    return find


def hashed(words: "np.typing.NDArray[np.uint64]") -> "np.typing.NDArray[np.int64]":
    """Return a number of ``HASH_BITS`` bits for each word."""
    spread = words * np.uint64(0x9E3779B97F4A7C15)
    return (spread >> np.uint64(64 - HASH_BITS)).view(np.int64)


def remembered(server: Server, secrets: Sequence[bytes]) -> set[bytes]:
    """Return which of the secrets stand in the memory of any process of the service."""
    own = b"--port\0" + str(server.port).encode()
    find = searched([own, *secrets])
    found = {secret for pid in family(server.process.pid) for piece in pieces(pid) for secret in find(piece)}
    assert own in found, "the harness reads nothing"
    return found - {own}


def test_it_finds_a_secret_wherever_it_lies() -> None:
    secrets = [bytes((number % 5, *range(11), number % 3)) for number in range(15)]
    find = searched(secrets)
    for place in range(40):
        for secret in secrets:
            for around in (b"\xff", b"\0"):
                assert find(around * place + secret + around * (40 - place)) == {secret}
                assert find(around * place + secret) == {secret}
            assert find(b"\xff" * place + secret[:-1] + b"\xff" * 40) == set()
    assert find(bytes(4096)) == find(b"\xff" * 4096) == set()


def enter(database: Database, folder: KeyFolder, client: httpx.Client) -> str:
    """Log 张三 in; return what every form of his carries."""
    token, now = new_token(), utc_now()
    owner = token_hash(token)
    with database.writing() as session:
        later = now + timedelta(hours=1)
        session.add(
            StaffSession(token_hash=owner, staff_id="idzhangsan", created_at=now, expires_at=later, proved_at=now)
        )
    client.cookies.set("manyidu", cookie_value(folder.form_secret(), token, now))
    return form_token(folder.form_secret(), owner)


def sealed_fields(database: Database, words: str, number: int) -> dict[str, str]:
    """Return what the page's script sends of a holder's words."""
    with database.reading() as session:
        job = jobs.job_of(session, "r1", utc_now())
    assert job is not None
    assert job.public_key is not None
    sealed = seal(job.public_key, jobs.share_info("r1", job.id, number), read_secret(words))
    return {"number": str(number), "sealed": sealed.hex()}


def open_by_pages(server: Server, database: Database, folder: KeyFolder, box: Box) -> None:
    base = f"http://127.0.0.1:{server.port}"
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        token = enter(database, folder, client)

        def post(step: str, **fields: str) -> None:
            answer = client.post(f"/rounds/r1/opening/{step}", data={TOKEN_FIELD: token, **fields})
            assert answer.status_code in {200, 303}, answer.text

        def checked() -> int:
            holders = client.get("/rounds/r1/opening/progress").json()["holders"]
            return list(holders.values()).count("checked")

        def phase() -> str:
            return str(client.get("/rounds/r1/opening/progress").json()["phase"])

        post("begin")
        wait_until(lambda: phase() == "waiting")
        for number, words in enumerate(box.shares[:2], start=1):
            post("share", **sealed_fields(database, words, number))
        wait_until(lambda: checked() == 2)
        post("start")
        wait_until(lambda: phase() in {"done", "failed"})
        assert phase() == "done"
    wait_until(lambda: not folder.parts())


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


@pytest.fixture
def box(database: Database, folder: KeyFolder) -> Box:
    with database.writing() as session:
        actor = make_staff(session)
    return make_box(database, folder, actor, make_paper(), BALLOTS)


def traces_of(words: str) -> list[bytes]:
    """Return what memory shows of a holder's secret: four signs in a row, as typed or as posted, and its bytes."""
    groups = words.split()
    return [*(group.encode() for group in groups), *(quote(group).encode() for group in groups), read_secret(words)]


def opened(database: Database, folder: KeyFolder, box: Box, scratch: Path, module: str = ANEW) -> list[set[bytes]]:
    """Open the box by the service; return the ballots, the key and the words that its memory holds afterwards."""
    key = unlocked(database, folder, box.shares[:2]).private_bytes_raw()
    ballots = [ballot.marks for ballot in box.ballots]
    assert len(set(ballots)) == sum(BALLOTS.values())
    url = database.engine.url.render_as_string(hide_password=False)
    with served(folder.path.parent, url, scratch, module=module) as server:
        open_by_pages(server, database, folder, box)
        wait_until(lambda: not opening_processes(server))
        words = [trace for words in box.shares for trace in traces_of(words)]
        found = remembered(server, [*ballots, key, *words])
        return [found & set(looked_for) for looked_for in (ballots, [key], words)]


def opening_processes(server: Server) -> list[int]:
    lines = {pid: Path(f"/proc/{pid}/cmdline") for pid in family(server.process.pid)}
    return [pid for pid, line in lines.items() if line.exists() and b"opening_process" in line.read_bytes()]


def on(kind: str) -> pytest.MarkDecorator:
    """That it finds what there is in the memory of our processes is seen on one kind of database."""
    return pytest.mark.parametrize("database_url", [kind], indirect=True)


def test_no_ballot_and_no_key_outlives_the_opening(
    database: Database, folder: KeyFolder, box: Box, tmp_path: Path
) -> None:
    assert opened(database, folder, box, tmp_path) == [set(), set(), set()]
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM stack"))


@on("postgresql")
def test_it_finds_the_words_of_holders_whose_pages_run_no_scripts(
    database: Database, folder: KeyFolder, box: Box, tmp_path: Path
) -> None:
    """What an answered request leaves is written over at some time: they are posted until they are seen."""
    url, traces = database.engine.url.render_as_string(hide_password=False), traces_of(box.shares[0])
    with (
        served(folder.path.parent, url, tmp_path, module=ANEW) as server,
        httpx.Client(
            base_url=f"http://127.0.0.1:{server.port}/rounds/r1/opening", trust_env=False, timeout=30
        ) as client,
    ):
        fields = {TOKEN_FIELD: enter(database, folder, client)}
        client.post("/begin", data=fields)
        wait_until(lambda: client.get("/progress").json()["phase"] == "waiting")

        def are_seen() -> bool:
            client.post("/share", data={**fields, "words": box.shares[0]})
            return bool(remembered(server, traces))

        wait_until(are_seen)


@on("sqlite")
def test_it_finds_ballots_in_a_build_that_opens_in_the_web_process(
    database: Database, folder: KeyFolder, box: Box, tmp_path: Path
) -> None:
    """And the key, and the secrets of those who brought theirs."""
    ballots, key, words = opened(database, folder, box, tmp_path, "tests.security.planted")
    assert ballots
    assert key
    assert {read_secret(brought) for brought in box.shares[:2]} <= words
