"""Answers whether the service can serve: a page of no interest to people."""

from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import PlainTextResponse

from app.web.requests import Db

router = APIRouter()


@router.get("/healthz")
def health(db: Db) -> PlainTextResponse:
    """Answer 200 when the database answers too."""
    db.execute(text("SELECT 1"))
    return PlainTextResponse("ok")
