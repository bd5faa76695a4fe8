"""Answers whether the service can serve: a page of no interest to people."""

from typing import cast

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import PlainTextResponse

from app.core.guesses import Counted, Guesses
from app.core.watch import Watch
from app.web.requests import database

router = APIRouter()


def watch_of(request: Request) -> Watch:
    """Return what is known of this process's threads."""
    return cast("Watch", request.app.state.watch)


def guesses_of(request: Request) -> Counted:
    """Return what is known of wrong slip codes below this data folder."""
    return cast("Guesses", request.app.state.guesses).counted()


@router.get("/healthz")
def health(request: Request) -> PlainTextResponse:
    """Answer 200 when the database answers too; 503 with the names of threads that stand still."""
    with database(request).reading() as session:
        session.execute(text("SELECT 1"))
    watch = watch_of(request)
    still = watch.standing_still()
    if still:
        return PlainTextResponse("stands still: " + ", ".join(still), status_code=503)
    guesses = guesses_of(request)
    counted = (
        f"unknown slip codes: {guesses.lately} lately, {guesses.most} in the worst minute, {guesses.in_hour} in an hour"
    )
    failing = [f"{name}: {error}" for name, error in watch.failing().items()]
    return PlainTextResponse("\n".join(["ok", *failing, *([counted] if guesses.in_hour else [])]))
