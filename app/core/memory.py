"""How a process holds memory.

What asks the C library does something where that is glibc, and nothing elsewhere.
"""

import ctypes
import gc
from typing import Final

_M_ARENA_MAX: Final = -8
ARENAS: Final = 2
SELDOM: Final = (20_000, 5, 5)
"""What was made since is looked through for every 20,000 objects; what stays, for 100,000; all, for half a million."""


def share_arenas() -> None:
    """Let all threads of this process take memory from few pools: to be called before they start.

    By itself glibc gives each thread one of its own, and keeps in it what the thread used at most: ten Word reports
    at once, handed out by forty threads, left 110 MB behind that nothing used any more.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, ARENAS)


def begin_start() -> None:
    """Look for no garbage while a service starts: what it loads stays, and looking took a sixth of the time."""
    gc.disable()


def collect_seldom() -> None:
    """Look for garbage once for thirty times by default, in a process that makes one large thing after the other.

    Rows, cells and texts hang in no cycles; looking through them again and again took a third of the time of a ledger.
    """
    gc.set_threshold(*SELDOM)


def collect_nothing() -> None:
    """Look for no garbage in a process that ends after one job, made of texts and lists without cycles."""
    gc.disable()


def give_back_memory() -> None:
    """Give memory that is not used any more back to the system."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def keep_what_is_made() -> None:
    """Let the collector of cycles pass over all that has been made so far: to be called once what stays is there.

    It went through the quarter of a million objects of modules, routes and mappings again for every dozen long pages,
    and held up whichever request came then for 150 ms. The collector works from here on, if ``begin_start`` stopped it.
    """
    gc.freeze()
    gc.enable()
