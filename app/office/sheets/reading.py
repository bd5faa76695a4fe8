"""The maker that reads one untrusted file, in a child process that does nothing else and then ends (SEC-56)."""

import json
import resource
import time
import zipfile
import zlib
from collections.abc import Sequence
from math import ceil
from typing import Any, Final
from xml.parsers import expat

from app.core.memory import collect_nothing
from app.office.bench import Bench, Made
from app.office.sheets import delimited, xls, xlsx
from app.office.sheets.archive import OLE_MAGIC, ZIP_MAGIC
from app.office.sheets.found import MAX_CELLS, Budget, WorkbookRefusedError, times_the_usual

CPU_SECONDS: Final = 4
MEMORY_BYTES: Final = 256 * 1024**2
_XML_NO_MEMORY: Final = 1


def read(bench: Bench) -> Made:
    """Return what ``answer`` says of the bytes, in JSON. Arguments: ``first``, names of sheets; ``most_cells``."""
    most_cells = int(bench.arguments["most_cells"])
    limit_myself(most_cells)
    found = answer(bench.body, bench.arguments["first"], most_cells)
    return Made(json.dumps(found, ensure_ascii=False).encode())


def limit_myself(most_cells: int) -> None:
    """Take from this process what reading does not need; it ends after this one job."""
    collect_nothing()
    seconds = ceil(time.process_time() + CPU_SECONDS * times_the_usual(most_cells))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for forbidden in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NPROC):
        resource.setrlimit(forbidden, (0, 0))


def answer(data: bytes, first: Sequence[str] = (), most_cells: int = MAX_CELLS) -> dict[str, Any]:
    """Return the sheets, or ``{"refused": code, "params": {...}}``; never an exception."""
    try:
        return _sheets(data, frozenset(first), Budget(most_cells, most_cells))
    except WorkbookRefusedError as refusal:
        return {"refused": refusal.code, "params": refusal.params}
    except MemoryError:
        return {"refused": "workbook_bomb", "params": {}}
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return {"refused": "workbook_broken", "params": {}}
    except Exception as failure:  # noqa: BLE001 -- on hostile bytes every other failure is one and the same refusal
        return {"refused": _named(failure, data), "params": {}}


def _named(failure: Exception, data: bytes) -> str:
    """Return the code of a failure: an old workbook that cannot be read may be saved anew, a large one is refused."""
    if isinstance(failure, expat.ExpatError) and failure.code == _XML_NO_MEMORY:
        return "workbook_bomb"
    return "workbook_old_format" if data.startswith(OLE_MAGIC) else "workbook_broken"


def _sheets(data: bytes, first: frozenset[str], budget: Budget) -> dict[str, Any]:
    if data.startswith(OLE_MAGIC):
        found, lost = xls.read(data, budget, first), list[str]()
    elif data.startswith(ZIP_MAGIC):
        found, lost = xlsx.read(data, budget, first)
    else:
        found, lost = delimited.read(data, budget), []
    return {"sheets": [sheet.told(budget) for sheet in found], "lost": lost}
