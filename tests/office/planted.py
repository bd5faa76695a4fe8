"""The service with one file more: a job that says that it began, and then waits for something that never comes.

It is started and never imported: its route would stand in every application of the process.
"""

import os
from pathlib import Path

from fastapi import Request
from starlette.responses import Response

from app.__main__ import main
from app.office import routes
from app.office.ordering import file_later
from app.office.workshop import Craft
from app.web.auth import AnyStaff
from tests.office.makers import LINK, SIGNS


@routes.router.get(LINK)
def slow_file(request: Request, staff: AnyStaff, job: str) -> Response:
    """Answer with a file that is never ready."""
    signs = Path(os.environ[SIGNS])
    ids = {"begun": str(signs / job), "end": str(signs / "never")}
    return file_later(request, staff, Craft("tests.office.makers:wait_for"), ids)


if __name__ == "__main__":
    main()
