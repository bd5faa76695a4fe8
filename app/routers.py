"""The routes of all features, in the order in which they are tried: what voters ask for, and what staff do."""

from collections.abc import Iterable
from functools import cache

from fastapi import APIRouter
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from app.accounts import routes as accounts_routes
from app.accounts import routes_moving as routes_staff_moving
from app.accounts import routes_own, routes_return
from app.archive import routes as archive_routes
from app.audit import routes as audit_routes
from app.booth import routes as booth_routes
from app.box import routes as box_routes
from app.box import routes_receipt
from app.campaigns import routes as campaigns_routes
from app.consents import routes as consents_routes
from app.office import routes as office_routes
from app.offices import routes as offices_routes
from app.opinions import routes as opinions_routes
from app.opinions import routes_merge
from app.preview import routes as preview_routes
from app.preview import routes_forms as routes_forms_preview
from app.publication import (
    api_v1,
    api_v2,
    routes_announce,
    routes_charts,
    routes_composite,
    routes_documents,
    routes_freeze,
    routes_release,
    routes_releases,
    routes_tokens,
    routes_trends,
    routes_tryout,
    routes_years,
)
from app.publication import routes as publication_routes
from app.receipts import routes as receipts_routes
from app.rectification.pages import asking as routes_asking
from app.rectification.pages import board as routes_board
from app.rectification.pages import documents as routes_rectification_documents
from app.rectification.pages import issues as routes_issues
from app.rectification.pages import ledger as routes_ledger
from app.rectification.pages import lists as routes_lists
from app.rectification.pages import orders as rectification_routes
from app.rectification.pages import plan_steps as routes_plan_steps
from app.rectification.pages import plans as routes_plan
from app.rectification.pages import signing as routes_signing
from app.rectification.pages import supervision as routes_supervision
from app.rectification.pages import votes as routes_votes
from app.reports import routes as routes_reports
from app.reports import routes_public
from app.rounds import routes as rounds_routes
from app.rounds import routes_again, routes_document, routes_examples, routes_moving, routes_objects, routes_start
from app.slips import routes as slips_routes
from app.slips import routes_batches
from app.web import language

PUBLIC_ROUTERS = (booth_routes.router, receipts_routes.router, routes_public.router, routes_ledger.public)
"""What voters and the public ask for; no log-in is known there."""
DESK_FEATURES = (
    accounts_routes, routes_return, routes_own, routes_staff_moving, audit_routes, consents_routes,
    office_routes, offices_routes, campaigns_routes, routes_start, routes_moving, routes_again, routes_examples,
    rounds_routes, routes_document, routes_objects, slips_routes, routes_batches, box_routes, routes_receipt,
    preview_routes, routes_forms_preview, publication_routes, routes_charts,
    routes_composite, routes_documents, routes_freeze, routes_announce, routes_release, routes_releases,
    routes_reports, routes_tokens, routes_trends, routes_years, routes_tryout, archive_routes, api_v1, api_v2,
    opinions_routes, routes_merge,
    rectification_routes, routes_plan, routes_plan_steps, routes_asking, routes_issues, routes_ledger,
    routes_lists, routes_votes, routes_signing, routes_board, routes_rectification_documents, routes_supervision,
)  # fmt: skip


def _together(routers: Iterable[APIRouter]) -> list[BaseRoute]:
    together = APIRouter()
    for router in routers:
        together.include_router(router)
    return together.routes


@cache
def public_routes() -> list[BaseRoute]:
    """Return the routes of voters and the public, the same for every application of this process.

    FastAPI reads a handler's signature when a request comes by it first; all of them take a quarter of a second.
    """
    return _together(PUBLIC_ROUTERS)


@cache
def desk_routes() -> list[BaseRoute]:
    """Return the routes of staff, the same for every application of this process."""
    return _together(feature.router for feature in DESK_FEATURES)


def voter_paths() -> frozenset[bytes]:
    """Return the first segments of the paths that voters and the public ask for, such as ``b"v"``."""
    paths = [route.path for router in PUBLIC_ROUTERS for route in iter_route_contexts(router.routes)]
    return frozenset(path.split("/")[1].encode() for path in [*paths, "/healthz", language.SWITCH, "/static"] if path)
