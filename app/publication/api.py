"""The read-only interface for programs: published results as JSON, by bearer token, through the one door of reads.

A log-in's cookie opens nothing here, so nothing here can be asked for in somebody else's name. Its second version
answers the result document as it is, its first one in the first shape (app.tally.flat).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer
from starlette.responses import Response

from app.core.errors import DomainError
from app.offices.reads import reach_from
from app.offices.ways import check_address
from app.publication import api_shapes, reads, tokens
from app.publication.domain import BANDS_ONLY, Scope, sight_of
from app.publication.editions import Published, PublishedBands
from app.publication.read_log import note_with_last
from app.web.desk import AnybodysDesk, OpenDesk

DOCUMENTED = HTTPBearer(auto_error=False, scheme_name="token", description="A token that an organiser made.")
PROBLEMS: Mapping[int | str, dict[str, Any]] = {
    400: {"model": api_shapes.Problem, "description": "The request cannot be read."},
    401: {"model": api_shapes.Problem, "description": "No token, or one that is unknown, expired or revoked."},
    404: {"model": api_shapes.Problem, "description": "There is no such result, or none for this token."},
    503: {"model": api_shapes.Problem, "description": "Busy; ask again after the time in Retry-After."},
}
Found = Published | PublishedBands


def new_router(prefix: str) -> APIRouter:
    """Return the router of a version of the interface, with what all of its operations answer."""
    return APIRouter(
        prefix=prefix,
        dependencies=[Depends(DOCUMENTED)],
        responses=dict(PROBLEMS),
        generate_unique_id_function=lambda route: route.name,
    )


@dataclass(frozen=True, slots=True)
class Program:
    """A program that reads results by its token, in its request."""

    desk: OpenDesk
    token: tokens.Token

    def lines(self) -> Iterator[dict[str, object]]:
        """Yield the results that the token reads, newest round first, without any figure."""
        for line in reads.published_rounds(self.desk.session, self.token.viewer, self.desk.now):
            sight = sight_of(self.token.viewer, reads.ledger_of(self.desk.session, line.round.id), self.desk.now)
            for version in reads.versions_of(self.desk.session, line.round.id):
                if sight is not None and version.version == sight.version:
                    yield {
                        **_release(version, sight.scope, whole=sight.scope is Scope.LEADERS and sight.unit_ids is None),
                        "round_id": line.round.id,
                        "code": version.code,
                        "published_at": sight.since,
                        "title": line.round.title,
                        "campaign": line.campaign,
                        "organisation": line.organisation,
                        "rehearsal": line.round.is_rehearsal,
                    }

    def result(self, round_id: str) -> Found:
        """Return a result in the token's scope and note that it was read; DomainError ``result_not_published``."""
        found = self.read(round_id)
        self.note(round_id)
        return found

    def read(self, round_id: str) -> Found:
        """Read a result in the token's scope, which the reader is yet to ``note``; DomainError like ``result``."""
        read = reads.published_bands if self.token.viewer.scope in BANDS_ONLY else reads.published
        return read(self.desk.session, round_id, self.token.viewer, self.desk.now)

    def note(self, round_id: str, last: Iterable[str] = ()) -> None:
        """Note that a result was read, with the rounds that tell of last time beside it, and end the session."""
        note_with_last(self.desk, self.token.reader, (round_id, "api"), last)
        self.desk.leave()


def _program(desk: AnybodysDesk) -> Program:
    given = desk.request.headers.getlist("authorization")
    scheme, _, secret = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer":
        raise DomainError("token_refused")
    token = tokens.find(desk.session, secret, desk.now)
    reach = reach_from(desk.session, token.office_id)
    desk.sitting.limit(reach)
    check_address(desk.session, reach, desk.request.path_params)
    return Program(desk, token)


Reading = Annotated[Program, Depends(_program)]


def _release(version: reads.VersionLine | Found, scope: Scope, *, whole: bool) -> dict[str, object]:
    return {
        "scope": scope.value,
        "version": version.version,
        "reason": "" if scope in BANDS_ONLY else version.reason,
        "digest": version.digest if whole else None,
    }


def released(program: Program, found: Found, **parts: object) -> Response:
    """Answer parts of a result with what is said of its release."""
    own = {"round_id": found.round_id, "code": found.code, "published_at": found.published_at}
    return answer(program, {**_release(found, found.scope, whole=found.is_whole), **own, **parts})


def answer(program: Program, content: object) -> Response:
    """Answer JSON."""
    return program.desk.answer(lambda: Response(orjson.dumps(content), media_type="application/json"))


def described(router: APIRouter, version: str) -> bytes:
    """Describe a version of the interface in OpenAPI."""
    made = get_openapi(
        title="manyidu",
        version=version,
        summary="Published results of satisfaction rounds, read-only",
        description="Figures that the pages hide are in no answer. Units stand in official order; nothing is ranked.",
        routes=router.routes,
    )
    for methods in made["paths"].values():
        # No part of a path is wrong in itself: what names no result is not found.
        methods["get"]["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(name)
    return orjson.dumps(made)
