"""What the product is compared with."""

import os
from typing import Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp


def echo_app() -> ASGIApp:
    """Return the smallest FastAPI application that reads and writes JSON."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(body: dict[str, Any]) -> dict[str, Any]:
        return body

    return app


def pair_app() -> ASGIApp:
    """Return the smallest FastAPI application that sends a page of ``PAGE_BYTES`` bytes, and reads and writes JSON."""
    app, page = FastAPI(), os.urandom(int(os.environ["PAGE_BYTES"]))

    @app.get("/page")
    async def show() -> Response:
        return Response(page, media_type="text/html")

    @app.post("/echo")
    async def echo(body: dict[str, Any]) -> dict[str, Any]:
        return body

    return app
