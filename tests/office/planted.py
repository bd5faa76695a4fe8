"""The service with one file more: a job that says that it began, and then waits for something that never comes."""

import os
from pathlib import Path

from fastapi import Request
from starlette.responses import Response

from app.__main__ import main
from app.office import routes
from app.office.ordering import file_later
from app.office.workshop import Craft
from app.web.auth import AnyStaff

LINK = "/planted/slow.pdf"
SIGNS = "PLANTED_SIGNS"
"""Names the folder in which each job leaves a file with its process id."""


@routes.router.get(LINK)
def slow_file(request: Request, staff: AnyStaff, job: str) -> Response:
    """Answer with a file that is never ready."""
    signs = Path(os.environ[SIGNS])
    ids = {"begun": str(signs / job), "end": str(signs / "never")}
    return file_later(request, staff, Craft("tests.office.makers:wait_for"), ids)


if __name__ == "__main__":
    main()
