"""Real children of the workshop: what ends them, what they cost, and what their end leaves alone."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.acting import Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.settings import Settings
from app.office.frames import packed
from app.office.workshop import GROWN_BYTES, NICENESS, Craft, Order, Ticket, Workshop, alone, head_of
from tests.cast import MORNING, make_cast

READER = Principal("p1", "张三", "leader")
ROOT = Path(__file__).parents[2]
ANEW = pytest.mark.usefixtures("started_anew")
pytestmark = pytest.mark.usefixtures("children_forked")


@pytest.fixture
def shop() -> Iterator[Workshop]:
    """A workshop of two seats of its own."""
    workshop = Workshop()
    yield workshop
    workshop.close()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Order]:
    """Make orders for the makers of these tests."""
    settings = Settings(data=tmp_path)

    def order(maker: str, number: int = 1, seconds: float = 60, body: bytes = b"", **arguments: object) -> Order:
        craft = Craft(f"tests.office.makers:{maker}", seconds=seconds)
        return Order(f"{maker}{number}", craft, head_of(craft, arguments, READER, MORNING, settings), body)

    return order


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for a condition, at most half a minute."""
    pause = threading.Event()
    for _ in range(3_000):
        if holds():
            return
        pause.wait(0.01)
    pytest.fail(f"waited in vain: {what}")


def code_of(ticket: Ticket) -> str:
    error = ticket.future.exception(timeout=60)
    return error.code if isinstance(error, DomainError) else ""


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0]
        threads = sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return False
    # A killed process has ended for its parent only when the last of its threads has.
    return state != "Z" or threads > 1


@ANEW
def test_it_works(shop: Workshop, make: Callable[..., Order]) -> None:
    made = shop.order(make("echo", body=b"\x00\xff", word="你好")).future.result(timeout=60)
    who, word, pid, rest = made.content.split(b" ", 3)
    assert (who.decode(), word.decode(), rest, made.name) == ("张三", "你好", b"\x00\xff", "回声.pdf")
    assert int(pid) != os.getpid()


def test_a_child_serves_one_job_after_the_other(make: Callable[..., Order]) -> None:
    workshop = Workshop(seats=1)
    pids = {
        workshop.order(make("echo", number)).future.result(timeout=60).content.split(b" ")[2] for number in range(3)
    }
    workshop.close()
    assert len(pids) == 1
    assert not lives(int(pids.pop()))


def test_a_refusal_keeps_its_meaning(shop: Workshop, make: Callable[..., Order]) -> None:
    error = shop.order(make("refuse")).future.exception(timeout=60)
    assert isinstance(error, DomainError)
    assert (error.code, error.params) == ("field_too_long", {"field": "名称", "limit": 3})


def test_a_failure_is_told_without_its_words(
    shop: Workshop, make: Callable[..., Order], caplog: pytest.LogCaptureFixture
) -> None:
    assert code_of(shop.order(make("break_down"))) == "workshop_failed"
    assert "ValueError" in caplog.text
    assert "口令" not in caplog.text
    assert shop.order(make("chatter")).future.result(timeout=60).content == b"still an answer"


def begun(shop: Workshop, make: Callable[..., Order], folder: Path, number: int) -> tuple[Ticket, int, Path]:
    """Return a job that runs, its process and the file that lets it end."""
    sign, end = folder / f"begun{number}", folder / f"end{number}"
    ticket = shop.order(make("wait_for", number, begun=str(sign), end=str(end)))
    until(lambda: sign.exists() and sign.read_text("utf-8"), "the job to begin")
    return ticket, int(sign.read_text("utf-8")), end


def test_a_killed_child_harms_no_other_job(shop: Workshop, make: Callable[..., Order], tmp_path: Path) -> None:
    first, pid, _ = begun(shop, make, tmp_path, 1)
    second, _, end = begun(shop, make, tmp_path, 2)
    os.kill(pid, signal.SIGKILL)
    assert code_of(first) == "workshop_failed"
    assert code_of(shop.order(make("die"))) == "workshop_failed"
    end.touch()
    assert second.future.result(timeout=60).name == "等待.pdf"
    assert shop.order(make("echo", 3)).future.result(timeout=60).name == "回声.pdf"


def test_a_child_that_is_just_ending_gets_no_other_job(make: Callable[..., Order]) -> None:
    workshop = Workshop(seats=1)
    for number in range(5):
        assert code_of(workshop.order(make("die", number))) == "workshop_failed"
        assert workshop.order(make("echo", number)).future.result(timeout=60).name == "回声.pdf"
    workshop.close()


def test_a_child_that_died_while_it_had_nothing_to_do_is_replaced(make: Callable[..., Order]) -> None:
    workshop = Workshop(seats=1)
    pid = int(workshop.order(make("echo", 1)).future.result(timeout=60).content.split(b" ")[2])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not lives(pid), "the child to be gone")
    again = int(workshop.order(make("echo", 2)).future.result(timeout=60).content.split(b" ")[2])
    workshop.close()
    assert again != pid


def test_two_work_at_a_time_and_a_third_waits(shop: Workshop, make: Callable[..., Order], tmp_path: Path) -> None:
    _, one, end = begun(shop, make, tmp_path, 1)
    _, other, _ = begun(shop, make, tmp_path, 2)
    assert one != other
    third = shop.order(make("echo", 3))
    assert not third.running
    assert not third.future.done()
    end.touch()
    assert int(third.future.result(timeout=60).content.split(b" ")[2]) == one


def test_equal_orders_are_one_job(shop: Workshop, make: Callable[..., Order], tmp_path: Path) -> None:
    ticket, _, end = begun(shop, make, tmp_path, 1)
    assert shop.order(ticket.order) is ticket
    end.touch()
    ticket.future.result(timeout=60)
    until(lambda: shop.find(ticket.order.id) is None, "the job to be forgotten")


@pytest.mark.parametrize(("maker", "kept"), [("echo", True), ("fleeting", False)])
def test_what_would_be_another_by_now_is_not_kept(
    shop: Workshop, make: Callable[..., Order], maker: str, *, kept: bool
) -> None:
    first, second = (replace(make(maker, body=body), keep=True) for body in (b"damaged", b"repaired"))
    before = shop.order(first).future.result(timeout=60)
    until(lambda: shop.find(first.id) is None, "the end of a job")
    assert (shop.order(second).future.result(timeout=60) == before) is kept


def test_a_job_that_takes_too_long_is_ended(shop: Workshop, make: Callable[..., Order], tmp_path: Path) -> None:
    shop.order(make("echo")).future.result(timeout=60)
    sign = tmp_path / "begun"
    late = make("wait_for", seconds=8, begun=str(sign), end=str(tmp_path / "never"))
    assert code_of(shop.order(late)) == "workshop_slow"
    until(lambda: not lives(int(sign.read_text("utf-8"))), "the child to be gone")


def test_a_running_job_can_be_cancelled_and_a_waiting_one(
    shop: Workshop, make: Callable[..., Order], tmp_path: Path
) -> None:
    first, pid, _ = begun(shop, make, tmp_path, 1)
    begun(shop, make, tmp_path, 2)
    waiting = shop.order(make("echo", 3))
    shop.cancel(waiting.order.id)
    shop.cancel(first.order.id)
    assert (code_of(first), code_of(waiting)) == ("workshop_cancelled", "workshop_cancelled")
    until(lambda: not lives(pid), "the child to be gone")
    shop.cancel("unknown")


@ANEW
def test_a_job_that_wants_too_much_memory_fails_alone(shop: Workshop, make: Callable[..., Order]) -> None:
    assert code_of(shop.order(make("grow", megabytes=900))) == "workshop_too_large"
    assert shop.order(make("echo")).future.result(timeout=60).name == "回声.pdf"


def test_a_child_that_has_grown_is_replaced(make: Callable[..., Order]) -> None:
    workshop = Workshop(seats=1)
    half = GROWN_BYTES // 1024**2 // 2
    orders = [make("grow", number, megabytes=size, keep=size > 1) for number, size in enumerate((half, 1, half, 1))]
    pids = [workshop.order(order).future.result(timeout=60).content for order in orders]
    workshop.close()
    assert pids[0] == pids[1] == pids[2]
    assert pids[3] != pids[2]


def test_a_child_with_nothing_to_do_ends(make: Callable[..., Order]) -> None:
    workshop = Workshop(seats=1, idle_seconds=0.05)
    pid = int(workshop.order(make("echo")).future.result(timeout=60).content.split(b" ")[2])
    until(lambda: not lives(pid), "the child to end")
    assert int(workshop.order(make("echo", 2)).future.result(timeout=60).content.split(b" ")[2]) != pid
    workshop.close()


def test_a_job_alone_leaves_no_process() -> None:
    who, _, pid, rest = alone(Craft("tests.office.makers:echo"), b"codes").split(b" ", 3)
    assert (who, rest) == (b"", b"codes")
    assert not lives(int(pid))
    with pytest.raises(DomainError, match="workshop_failed"):
        alone(Craft("tests.office.makers:die"), b"")


def test_who_sits_at_a_seat_gives_way_and_who_is_waited_for_does_not(
    shop: Workshop, make: Callable[..., Order]
) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    assert int(shop.order(make("niceness")).future.result(timeout=60).content) == min(19, ours + NICENESS)
    assert int(alone(Craft("tests.office.makers:niceness"), b"")) == ours


@ANEW
def test_a_child_inherits_neither_files_nor_settings(
    shop: Workshop, make: Callable[..., Order], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:secret@localhost/x")
    monkeypatch.setenv("MANYIDU_SMTP_PASSWORD", "secret")
    with (tmp_path / "open").open("wb") as held:
        os.set_inheritable(held.fileno(), True)  # noqa: FBT003 - by position only
        files = shop.order(make("open_files")).future.result(timeout=60).content.decode()
    assert "open" not in [Path(name).name for name in files.splitlines()]
    assert [name for name in files.splitlines() if not name.startswith(("pipe:", "/dev/null", "/proc/"))] == []
    assert shop.order(make("settings_seen")).future.result(timeout=60).content == b""


def test_a_child_reads_the_database_and_cannot_write(
    shop: Workshop, settings: Settings, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.writing() as session:
        people = make_cast(session)

    def order(maker: str) -> Order:
        craft = Craft(f"tests.office.makers:{maker}")
        return Order(maker, craft, head_of(craft, {}, READER, MORNING, settings))

    assert code_of(shop.order(order("write"))) == "workshop_failed"
    assert "Error" in caplog.text
    assert int(shop.order(order("count_staff")).future.result(timeout=60).content) == len(people)


PARENT = """
import sys
from pathlib import Path
from app.core.acting import Principal
from app.core.settings import Settings
from app.office.workshop import Craft, Order, Workshop, head_of
from datetime import datetime, UTC
shop, craft = Workshop(), Craft("tests.office.makers:wait_for")
ids = {"begun": sys.argv[1], "end": "/never"}
head = head_of(craft, ids, Principal("", "", ""), datetime.now(UTC), Settings())
shop.order(Order("a", craft, head)).future.result()
"""


def test_children_die_with_their_parent(tmp_path: Path) -> None:
    sign = tmp_path / "begun"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(sign)], cwd=ROOT)
    try:
        until(lambda: sign.exists() and sign.read_text("utf-8"), "the job to begin")
        child = int(sign.read_text("utf-8"))
        assert lives(child)
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not lives(child), "the child to be gone")


CHILD = "app.office.workshop_child"
FOSTER = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "{CHILD}", str(os.getpid()), "0"], stdin=int(sys.argv[1]))
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_a_child_ends_with_its_parent_though_its_pipe_stays_open(make: Callable[..., Order], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    sign = tmp_path / "begun"
    busy = make("wait_for", begun=str(sign), end=str(tmp_path / "never"))
    line = [sys.executable, "-c", FOSTER, str(reading)]
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        with subprocess.Popen(
            line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[reading]
        ) as parent:
            os.close(reading)
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            pipe.write(packed(busy.head, b""))
            until(sign.exists, "the job to begin")
            parent.kill()
        until(lambda: not lives(child), "the child to be gone")


def test_a_child_ends_with_its_pipe_though_its_parent_lives_on(make: Callable[..., Order], tmp_path: Path) -> None:
    sign = tmp_path / "begun"
    busy = make("wait_for", begun=str(sign), end=str(tmp_path / "never"))
    line = [sys.executable, "-m", CHILD, str(os.getpid()), "0"]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        child.stdin.write(packed(busy.head, b""))
        child.stdin.flush()
        until(sign.exists, "the job to begin")
        child.stdin.close()
        try:
            assert child.wait(30) == 0
        finally:
            child.kill()


@ANEW
def test_a_child_hides_its_memory(shop: Workshop, make: Callable[..., Order]) -> None:
    """The key of a round is made in one; whoever cannot become root neither reads it nor finds it in a core image."""
    assert shop.order(make("hidden")).future.result(timeout=60).content == b"0 (0, 0)"


def test_too_many_orders_are_refused(make: Callable[..., Order], tmp_path: Path) -> None:
    workshop = Workshop(seats=1)
    begun(workshop, make, tmp_path, 1)
    for number in range(2, 61):
        workshop.order(make("echo", number))
    with pytest.raises(DomainError, match="workshop_full"):
        workshop.order(make("echo", 61))
    workshop.close()


@ANEW
def test_a_child_looks_for_garbage_seldom_but_does_look() -> None:
    """Each time, the collector went through all rows and cells made so far: a third of the time of a large ledger."""
    assert 1 <= int(alone(Craft("tests.office.makers:passes"), b"100000")) <= 10
