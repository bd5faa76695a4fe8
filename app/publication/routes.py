"""The pages of a published result. All of it goes through ``reads.published``."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from app.core.lists import wish_of
from app.publication import reads
from app.publication.announced import slides_of, summary_of_words
from app.publication.domain import (
    Scope,
    Search,
    drawn_lines,
    found_units,
    notes_for,
    picks_of,
    rights_of,
    search_of,
    units_of_verdict,
    units_with_remarks,
)
from app.publication.editions import Published, PublishedBands
from app.publication.listed import found_results
from app.publication.previous import in_words, previous_seen, rounds_of
from app.publication.read_log import note_with_last
from app.publication.seen import composites_seen, merged_in, result_of, unit_in, version_of
from app.publication.signing import signed_file, stored_signature
from app.publication.spoken import english_on, spoken
from app.rounds.document_reads import documents_of
from app.tally.document import Section, every_target, extent_of
from app.tally.verdict import OF_CONCERN
from app.web.desk import Desk, OpenDesk, Refused, ResultDesk
from app.web.downloads import JSON
from app.web.i18n import choose_language
from app.web.requests import Version

router = APIRouter()
REMARKS_AHEAD = 2
"""How many remarks of a unit stand on the result page; its own page has them all."""
ALL = Search()


@router.get("/results")
def list_results(desk: ResultDesk) -> Response:
    """List the results that the reader may see and looks for, newest round first."""
    viewer = reads.viewer_of(desk.session, desk.staff)
    found = found_results(desk.session, viewer, desk.now, wish_of(desk.request.query_params))
    may, english = rights_of(desk.staff.roles), english_on(found.rows)
    return desk.show("publication/list.html", found=found, may=may, english=english)


@router.get("/results/{round_id}")
def show_result(desk: ResultDesk, round_id: str, show: str = "", q: str = "", shares: str = "") -> Response:
    """Show what came out, the units, and what was said; ``show`` and ``q`` pick units, which stay in official order."""
    return result_page(desk, round_id, search_of(show, q, shares))


def result_page(desk: Desk, round_id: str, search: Search = ALL, refused: Refused | None = None) -> Response:
    """Show the result; after a refused document with its sentence and what was typed."""
    viewer, language = reads.viewer_of(desk.session, desk.staff), choose_language(desk.request)
    stored = reads.published(desk.session, round_id, viewer, desk.now)
    previous = previous_seen(desk.session, viewer, desk.now, stored)
    beside = composites_seen(desk, stored)
    result = spoken(desk, stored)
    slides = slides_of(result.document) if extent_of(result.document) else []
    context = {
        "result": result,
        "document": result.document,
        "blocks": [_block(part.section, search) for part in result.parts],
        "campaign_id": result.campaign_id,
        "every": list(every_target(result.document)),
        "heard": units_with_remarks(result.document),
        "merged": merged_in(desk, result),
        "composites": beside,
        "remarks_ahead": REMARKS_AHEAD,
        "search": search,
        "slides": slides,
        "words": summary_of_words(slides),
        "previous": in_words(language, previous),
        "open_to": _open_to(desk, result),
        "may": rights_of(desk.staff.roles),
        "versions_of_document": documents_of(desk.session, round_id),
        "ticked": refused.form.several("issues[]") if refused else [],
    }
    note_with_last(desk, desk.staff, (round_id, "page"), rounds_of(previous))
    return desk.show("publication/result.html", refused, **context)


def _block(section: Section, search: Search) -> Mapping[str, object]:
    """Return what the page shows of a section."""
    return {
        "section": section,
        "units": found_units(section, search),
        "flagged": {verdict: units_of_verdict(section, verdict) for verdict in OF_CONCERN},
        "lines": drawn_lines(section),
        "picks": picks_of(section),
    }


def _open_to(desk: Desk, result: Published) -> dict[Scope, bool]:
    """Return the scopes that a result is open to at present and whether to all of it, for organisers."""
    if not rights_of(desk.staff.roles).publish:
        return {}
    whole = {release.scope for release in result.in_force if release.unit_ids is None and release.reader_ids is None}
    return {scope: scope in whole for scope in Scope if scope in {release.scope for release in result.in_force}}


@router.get("/results/{round_id}/result.json")
def signed(desk: ResultDesk, round_id: str) -> Response:
    """Send what the reader sees of a result, signed, to be checked without this service."""
    return signed_answer(desk, result_of(desk, round_id, "signed"))


def signed_answer(desk: OpenDesk, result: Published | PublishedBands) -> Response:
    """Send a result as a signed file, made after the session has ended."""
    stored, keys = stored_signature(desk.session, result.round_id, result.version), desk.keys
    name = f"{result.document['round']['title']}结果.json"
    return desk.send(lambda: signed_file(keys.signing_key(), result, stored), JSON, name, "result.json")


@router.get("/results/{round_id}/versions/{version}")
def show_version(desk: ResultDesk, round_id: str, version: Version) -> Response:
    """Show an earlier version beside which a correction stands."""
    result = spoken(desk, version_of(desk, round_id, version))
    context = {
        "result": result,
        "document": result.document,
        "sections": [part.section for part in result.parts],
        "versions": reads.versions_of(desk.session, round_id),
    }
    return desk.show("publication/version.html", **context)


@router.get("/results/{round_id}/units/{unit_id}")
def show_unit(desk: ResultDesk, round_id: str, unit_id: str) -> Response:
    """Show a unit's items, voter groups and remarks."""
    stored = result_of(desk, round_id)
    beside = composites_seen(desk, stored)
    result, unit = unit_in(desk, stored, unit_id)
    units = result.section["targets"]
    place = units.index(unit)
    context = {
        "result": result,
        "document": result.document,
        "section": result.section,
        "campaign_id": result.campaign_id,
        "unit": unit,
        "notes": notes_for(unit, result.scope),
        "composites": beside.only(unit_id) if beside else None,
        "before": units[place - 1] if place else None,
        "after": units[place + 1] if place + 1 < len(units) else None,
    }
    return desk.show("publication/unit.html", **context)
