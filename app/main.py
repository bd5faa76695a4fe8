"""The composition root: the only place that knows all features and builds the application."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.accounts.asking import WHAT as ACCOUNT_ACTS
from app.accounts.passwords import Passwords
from app.accounts.proofs import prove
from app.accounts.service import in_office, units_of
from app.accounts.sessions import KeepAlive, authenticate
from app.audit.service import Verified
from app.ballots.finder import Finder
from app.booth.casting import CastDesk
from app.booth.entry import EntryDesk
from app.booth.papers import PaperDesk
from app.booth.service import Door
from app.box import service as box
from app.box.drop import Drop
from app.box.holders import held_over, keys_in, keys_of
from app.box.letters import LETTERS as KEY_LETTERS
from app.box.openings import Openings, Place
from app.box.tidying import recover
from app.campaigns.composite import formula_text
from app.campaigns.listing import offices_of
from app.campaigns.nouns import calls_of, noun
from app.campaigns.rules import worsening_of
from app.campaigns.sentences import composite_rule_text
from app.consents.service import LETTERS as CONSENT_LETTERS
from app.core.acting import Acting, Principal
from app.core.audiences import EVERYONE, Audience
from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.guess_counts import SharedCounts
from app.core.guesses import Guesses
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.core.signing import public_half
from app.core.turns import ShortTurns
from app.core.watch import Watch
from app.inbox.mail import send_waiting
from app.office import shelf
from app.office.shelf import Shelf
from app.office.workshop import Workshop
from app.offices.ways import check_address
from app.opinions import reads as opinions_reads
from app.publication import correction
from app.publication import service as publication
from app.publication.earlier import sign_earlier
from app.publication.spoken import speak
from app.rectification.board import service as board
from app.rectification.board.resting import resting_on_units
from app.rectification.messages.notify import LETTERS as RECTIFICATION_LETTERS
from app.rectification.orders import retest_time
from app.rectification.plans.entering import answering_names
from app.rectification.rules.wording import STORED
from app.rectification.signing import service as signing
from app.rounds.approvals import WHAT as ROUND_ACTS
from app.rounds.checklist import rule_fits
from app.rounds.freezing import freeze_asked
from app.rounds.players import Players
from app.rounds.ports import Ports
from app.rounds.promise import promise_of
from app.rounds.reads import resting
from app.rounds.restoring import TOLD as RESTORED
from app.rounds.schedule import Schedule
from app.rounds.service import close_round, extend_round, void_round
from app.routers import desk_routes, public_routes
from app.slips import service as slips
from app.tally.document import overall_of, parts_of
from app.tally.facts import section_texts, texts_of, trimmed_texts
from app.tally.headed import figures_of, head_of, headline, heads_of, is_judged_by_points
from app.tally.headings import full_label
from app.tally.sectioned import ballot_texts
from app.tally.shown import participation_rate
from app.tally.sums import sum_of, sums_among, sums_in, sums_of, sums_of_groups
from app.tally.wording import CHAIN, VERDICTS
from app.tally.words import word_for
from app.web import errors, health, language
from app.web.edge import Edge
from app.web.letters import Letters
from app.web.packed import PackedStatic, pack, pack_for_the_public
from app.web.pages import APP, make_pages, see_other

ENTRY_PATH = "/v"
CAST_PATH = "/v/cast"
PAPER_PATH = "/v/paper"
Clock = Callable[[], datetime]
LETTERS = (
    *KEY_LETTERS,
    *ROUND_ACTS.values(),
    *ACCOUNT_ACTS.values(),
    *CONSENT_LETTERS,
    RESTORED,
    *RECTIFICATION_LETTERS,
    *STORED,
)
"""Sentences that are stored with their values, which an English page finds again."""


def _void(acting: Acting, round_id: str, request: Mapping[str, Any]) -> None:
    """Void a round; nobody will ever open its box, which is destroyed, or count its stacks."""
    slips.keep_used(acting.session, round_id)
    void_round(acting, round_id, request)
    box.discard(acting.session, round_id)


PORTS = Ports(
    before_opening=(slips.before_opening, box.before_opening, retest_time.before_opening),
    before_counting=(slips.before_counting,),
    purge=(publication.purge, box.purge, slips.purge, shelf.purge),
    panels=(slips.panel, box.panel),
    acts={
        "freeze": freeze_asked,
        "close": close_round,
        "extend": extend_round,
        "void": _void,
        "publish": publication.publish,
    },
    ready={"correct": correction.make_ready, "publish": publication.make_ready},
    copied=(board.copy_stages, signing.copy_signing),
    unseen_groups=publication.unseen_of,
    merged=opinions_reads.merged_for,
    answering=answering_names,
    public_key=box.public_key,
)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    schedule = Schedule(state.database, state.key_folder, PORTS, state.clock)
    if Audience.DESK in state.audiences:
        recover(state.database)
        sign_earlier(state.database, state.clock())
        state.watch.add(schedule.pulse)
        schedule.start()
        state.watch.add(state.shelf.pulse)
        state.shelf.start()
    yield
    if Audience.DESK in state.audiences:
        schedule.stop()
        state.openings.close()
        state.players.close()
        state.shelf.stop()
    if Audience.BOOTH in state.audiences:
        state.paper_desk.close()
        state.drop.close()
        state.finder.close()
    state.guesses.close()
    if state.owns_workshop:
        state.workshop.close()
    state.database.engine.dispose()


def build_api(
    settings: Settings,
    clock: Clock,
    audiences: Collection[Audience] = EVERYONE,
    workshop: Workshop | None = None,
) -> FastAPI:
    """Return the FastAPI application with the routes of these audiences and everything their handlers ask for.

    A ``workshop`` that is handed in is shared and stays open when the application ends.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan)
    engine = make_engine(settings.sqlalchemy_url, settings.pool_size)
    app.state.settings = settings
    app.state.audiences = frozenset(audiences)
    app.state.clock = clock
    app.state.database = Database(engine, KeyFolder(settings.data / "keys"), read_only=Audience.DESK not in audiences)
    app.state.key_folder = KeyFolder(settings.data / "keys")
    app.state.public_key = public_half(app.state.key_folder.signing_key()).hex()
    app.state.pages = make_pages(settings)
    app.state.pages.environment.globals |= {
        "verdict_words": VERDICTS, "chain_words": CHAIN, "speak_with": speak, "letters": Letters(LETTERS),
        "overall_of": overall_of, "parts_of": parts_of, "full_label": full_label,
        "sums_of": sums_of, "sums_in": sums_in, "sum_of": sum_of,
        "sums_among": sums_among, "sums_of_groups": sums_of_groups,
        "participation_rate": participation_rate, "ballot_texts": ballot_texts,
        "headline_of": headline, "head_of": head_of, "heads_of": heads_of, "figures_of": figures_of,
        "is_judged_by_points": is_judged_by_points, "texts_of": texts_of, "trimmed_texts": trimmed_texts,
        "section_texts": section_texts, "rule_fits": rule_fits, "worsening_of": worsening_of, "word_for": word_for,
        "composite_words": formula_text, "composite_rule_text": composite_rule_text,
        "promise_of": promise_of, "noun_of": noun, "calls_of": calls_of,
    }  # fmt: skip
    app.state.workshop, app.state.owns_workshop = workshop or Workshop(), workshop is None
    app.state.watch = Watch()
    app.state.guesses = _guesses(app, settings)
    for pulse in app.state.workshop.pulses:
        app.state.watch.add(pulse)
    errors.install(app)
    if Audience.BOOTH in audiences:
        _add_booth(app)
    app.include_router(health.router)
    app.include_router(language.router)
    if Audience.DESK in audiences:
        _add_desk(app)
    files = pack if Audience.DESK in audiences else pack_for_the_public
    app.mount("/static", PackedStatic(files(APP / "static")), name="static")
    return app


def _guesses(app: FastAPI, settings: Settings) -> Guesses:
    """Return what counts unknown codes; an embedded database has one folder, whose files all processes share."""
    shared = None if app.state.database.is_sqlite else SharedCounts(app.state.database)
    if shared is not None:
        app.state.watch.add(shared.pulse)
    return Guesses(app.state.clock, settings.data / "guesses", shared)


def _add_booth(app: FastAPI) -> None:
    """Give the application what voters and the public ask for. Only the slots of boxes write, each into its store."""
    state = app.state
    state.finder = Finder(state.database, state.key_folder.tag_secret())
    state.drop = Drop(state.database, state.key_folder, state.clock)
    state.watch.add(state.drop.pulses)
    state.cast_desk = CastDesk(state.database, state.key_folder, state.drop, state.guesses, https=state.settings.https)
    state.door = Door(state.finder, state.key_folder.pepper(), state.guesses.note)
    state.paper_desk = PaperDesk(state.database, state.door, state.clock)
    state.watch.add(state.paper_desk.pulse)
    state.entry_desk = EntryDesk()
    # First, because routes are tried in turn and these are asked for most.
    app.router.routes.insert(0, Route(CAST_PATH, state.cast_desk, methods=["POST"], name="cast"))
    app.router.routes.insert(1, Route(PAPER_PATH, state.paper_desk, methods=["POST"], name="paper"))
    app.router.routes.insert(2, Route(ENTRY_PATH, state.entry_desk, methods=["GET"], name="enter"))
    app.router.routes += public_routes()
    if Audience.DESK not in state.audiences:
        app.router.routes.append(Route("/", _lead_to_booth, methods=["GET"], name="entry"))


async def _lead_to_booth(_request: Request) -> Response:
    return see_other("/v")


def _bound_offices(session: Session, staff: Principal) -> frozenset[str]:
    """Return the offices of the campaigns in which a liaison speaks for a unit; nobody else is bound beyond his own."""
    return offices_of(session, units_of(session, staff.id)) if "liaison" in staff.roles else frozenset()


def _mail_out(database: Database, settings: Settings, now: datetime) -> BackgroundTask | None:
    """Return what mails, once the answer has left, everybody for whom something waits."""
    if not settings.sends_mail:
        return None
    return BackgroundTask(send_waiting, database, settings, now, in_office)


def _add_desk(app: FastAPI) -> None:
    """Give the application what staff ask for."""
    state = app.state
    state.passwords = Passwords()
    state.audit_verified = Verified()
    state.authenticate = authenticate
    state.check_address = check_address
    state.bound_offices = _bound_offices
    state.prove = prove
    state.ports = PORTS
    state.resting_rounds = resting
    state.resting_on_units = resting_on_units
    state.keys_held = held_over
    state.keys_of = keys_of
    state.keys_in = keys_in
    state.mail_out = partial(_mail_out, state.database, state.settings)
    state.shelf = Shelf(state.database, state.settings.data, state.clock)
    state.players = Players(state.settings.sqlalchemy_url, state.key_folder.path)
    state.openings = Openings(Place(state.database, state.key_folder, state.clock))
    app.router.routes += desk_routes()


class BoothFirst:
    """ASGI: leads a visit straight to its desks, past six layers that do nothing for it; the rest goes to FastAPI."""

    def __init__(self, api: FastAPI) -> None:
        audiences, state = api.state.audiences, api.state
        has_booth = Audience.BOOTH in audiences
        self._desks: dict[tuple[str, str], ASGIApp] = {}
        if has_booth:
            self._desks[CAST_PATH, "POST"] = state.cast_desk
            self._desks[PAPER_PATH, "POST"] = state.paper_desk
            self._desks[ENTRY_PATH, "GET"] = state.entry_desk
        self._others: ASGIApp = KeepAlive(api) if Audience.DESK in audiences else api
        self._turns = ShortTurns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        desk = self._desks.get((scope["path"], scope["method"])) if scope["type"] == "http" else None
        if desk is not None:
            await desk(scope, receive, send)
        elif scope["type"] == "http":
            with self._turns:
                await self._others(scope, receive, send)
        else:
            await self._others(scope, receive, send)


def wrap(api: FastAPI, settings: Settings) -> ASGIApp:
    """Return the application behind its edge."""
    return Edge(errors.LastResort(BoothFirst(api)), api, settings.addresses(api.state.audiences))


def create_app(settings: Settings, clock: Clock = utc_now, audiences: Collection[Audience] = EVERYONE) -> ASGIApp:
    """Return the application for these audiences, edge and all, ready for a server."""
    return wrap(build_api(settings, clock, audiences=audiences), settings)
