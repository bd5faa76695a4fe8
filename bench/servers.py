"""What is compared: a bare FastAPI echo, and the whole application with its settings from the environment."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from app.core.settings import Settings
from app.main import create_app


def echo_app() -> ASGIApp:
    """Return the smallest FastAPI application that reads and writes JSON."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(body: dict[str, Any]) -> dict[str, Any]:
        return body

    return app


def cast_app() -> ASGIApp:
    """Return the product."""
    return create_app(Settings())
