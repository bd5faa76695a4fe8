"""The maker of an archive package: it runs in the workshop, or in the process of ``manyidu archive``."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any, Final

from pydantic_core import to_json

from app.archive import pages
from app.archive.contents import Contents, Version, contents_of
from app.archive.domain import AUDIT_FORMAT, FORMAT, MINUTES_FORMAT, SCOPE, Member, letter_name, packed, sums_of
from app.archive.minutes import minutes_of
from app.audit.service import Check, Verified
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.core.key_folder import KeyFolder
from app.core.signing import public_half, signed
from app.core.signs import signs_of
from app.office.bench import Bench, Made
from app.publication.signing import signed_result, signed_statement
from app.reports.beside import said_of_each
from app.reports.brief import brief
from app.reports.fields import ReportKind
from app.reports.letters import letters_of
from app.reports.scrutiny import scrutiny_report
from app.reports.word import survey_report
from app.reports.workbook import result_workbook

MAY_MAKE: Final = frozenset({"organiser", "system"})
"""An organiser on his page, or whoever runs the command at the machine, which holds everything anyway."""
VERIFIER: Final = Path(__file__).parents[1] / "operations" / "verify.py"
_ENDINGS: Final = frozenset({".pdf", ".docx", ".txt"})


def package(bench: Bench) -> Made:
    """Make the package of a round; DomainError ``role_refused``, ``result_not_published`` or as ``signed_result``."""
    if bench.staff.roles.isdisjoint(MAY_MAKE):
        raise DomainError("role_refused")
    folder = KeyFolder(bench.data / "keys")
    log = Verified().check(bench)
    if log.broken_at is not None:
        raise DomainError("audit_broken")
    with bench.reading() as session:
        found = contents_of(session, folder, bench.arguments["round"], bench.now)
    hold_nothing("making an archive package")
    members = list(_members(bench, found, folder.signing_key(), log))
    manifest = signed(folder.signing_key(), _manifest(bench, found, members))
    return Made(packed(text_of(manifest), members), f"{found.paper.title}归档包.zip")


def _members(bench: Bench, found: Contents, seed: bytes, log: Check) -> Iterator[Member]:
    """Make every file of the package but manifest and checksums."""
    made = [
        *_of_paper(found),
        *(member for version in found.versions for member in _of_version(found, version, seed)),
        Member("results/result.json", text_of(signed_result(seed, found.result, _newest(found).stored))),
        *_reports(bench, found),
        *_of_box(found, seed),
        Member("audit.json", text_of(_audit(found, log))),
        Member("verify.py", VERIFIER.read_bytes()),
    ]
    yield from made
    listed = [member.name for member in made]
    yield Member("index.html", pages.index(found, bench.now, log, public_half(seed).hex(), listed).encode())


def _of_paper(found: Contents) -> Iterator[Member]:
    yield Member("paper/paper.json", found.paper_text.encode())
    yield Member("paper/paper.html", pages.paper(found).encode())
    for number, file in enumerate(found.documents, start=1):
        ending = PurePath(file.name).suffix.lower()
        yield Member(f"paper/document-{number}{ending if ending in _ENDINGS else '.bin'}", file.content)


def _newest(found: Contents) -> Version:
    return next(version for version in found.versions if version.line.version == found.result.version)


def _of_version(found: Contents, version: Version, seed: bytes) -> Iterator[Member]:
    line, name = version.line, f"results/version-{version.line.version}"
    yield Member(f"{name}.json", version.text.encode())
    told = signed_statement(seed, version.stored, (found.round.id, line.version, line.digest))
    yield Member(f"{name}.signed.json", text_of(told))


def _reports(bench: Bench, found: Contents) -> Iterator[Member]:
    result, told, now = found.result, found.particulars, bench.now
    word = survey_report(result, found.templates[ReportKind.SURVEY], found.paper, told, now)
    yield Member("reports/report.docx", word)
    scrutiny = scrutiny_report(result, found.templates[ReportKind.SCRUTINY], told, now)
    yield Member("reports/scrutiny.docx", scrutiny)
    yield Member("reports/result.xlsx", result_workbook(result, told.composites, told.previous))
    yield Member("reports/brief.pdf", brief(result, told.composites, told.previous))
    own, beside = found.templates[ReportKind.LETTER], said_of_each(found.to_units)
    written = (letter for part in result.parts for _, letter in letters_of(part, own, now, beside))
    yield from (Member(letter_name(number), letter) for number, letter in enumerate(written, start=1))


def _of_box(found: Contents, seed: bytes) -> Iterator[Member]:
    if found.listing is not None:
        yield Member("receipts.json", found.listing.file(seed))
    if found.minutes is not None:
        yield Member("minutes.json", text_of({"format": MINUTES_FORMAT, **minutes_of(found.minutes)}))


def _audit(found: Contents, log: Check) -> Mapping[str, Any]:
    return {
        "format": AUDIT_FORMAT,
        "round_id": found.round.id,
        "log": {"entries": log.entries, "head": log.head},
        "entries": [asdict(entry) for entry in found.entries if entry.number <= log.entries],
    }


def _manifest(bench: Bench, found: Contents, members: list[Member]) -> Mapping[str, Any]:
    root, words = found.result.root, pages.scope_words()
    sums = Member("", sums_of(members))
    return {
        "format": FORMAT,
        "round_id": found.round.id,
        "organisation": found.paper.organisation,
        "campaign": found.paper.campaign,
        "title": found.paper.title,
        "rehearsal": found.paper.rehearsal,
        "scope": SCOPE,
        "scope_words": words,
        "made_at": bench.now.isoformat(),
        "made_by": bench.staff.name,
        "versions": [version.line.version for version in found.versions],
        "held_back": found.held_back,
        "letters": sum(member.name.startswith("letters/") for member in members),
        "paper": found.paper_hash,
        "root": root or None,
        "signs": signs_of(bytes.fromhex(root)) if root else None,
        "files": len(members),
        "sums": sums.digest,
    }


def text_of(document: Mapping[str, Any]) -> bytes:
    """Return a document as JSON that people can read, too."""
    json.dumps(
        document, allow_nan=False
    )  # refuses what is no JSON; with an indent it would take a seventh of the package's time
    return to_json(document, indent=1) + b"\n"
