"""What the product is compared with."""

from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp


def echo_app() -> ASGIApp:
    """Return the smallest FastAPI application that reads and writes JSON."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(body: dict[str, Any]) -> dict[str, Any]:
        return body

    return app
