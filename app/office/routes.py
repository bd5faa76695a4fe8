"""The page of a file that is being made, and what was asked for by a posted form. Each is shown to who asked alone."""

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.office.ordering import is_lost, sent, shelf_of, workshop_of
from app.office.shelf import JobState, JobView
from app.web.desk import Desk, StaffDesk
from app.web.forms import Form
from app.web.pages import see_other

router = APIRouter()
REFRESH_SECONDS = 2


def _job(desk: Desk, job_id: str) -> JobView:
    job = shelf_of(desk.request).find(job_id, desk.staff.id)
    if job is None:
        raise DomainError("job_gone")
    return job


@router.get("/jobs/{job_id}")
def show_job(desk: StaffDesk, job_id: str) -> Response:
    """Show how far a file is; the page asks again by itself, and fetches the file when it is there."""
    job, ticket = _job(desk, job_id), workshop_of(desk.request).find(job_id)
    lost = is_lost(job, ticket)
    context = {
        "job": job,
        "running": ticket is None or ticket.running,
        "lost": lost,
        "message": desk.said(job.error)[1] if job.error else "",
        "back": _page_of(job.path),
    }
    response = desk.show("office/job.html", **context)
    if job.state is JobState.WORKING and not lost:
        response.headers["refresh"] = str(REFRESH_SECONDS)
    elif job.state is JobState.DONE:
        response.headers["refresh"] = f"1;url={job.path}"
    return response


@router.get("/jobs/{job_id}/file")
def fetch_file(desk: StaffDesk, job_id: str) -> Response:
    """Hand out a file that a posted form asked for; others are fetched where they were asked for."""
    job = _job(desk, job_id)
    if job.path != f"/jobs/{job_id}/file":
        return see_other(job.path)
    made = shelf_of(desk.request).take(job)
    if made is None:
        raise DomainError("job_gone")
    return sent(made, "file.docx")


@router.post("/jobs/{job_id}/cancel")
def cancel(desk: StaffDesk, job_id: str, _form: Form) -> Response:
    """End a job that is no longer wanted."""
    job = _job(desk, job_id)
    workshop_of(desk.request).cancel(job_id)
    shelf_of(desk.request).forget(job_id)
    return see_other(_page_of(job.path))


def _page_of(path: str) -> str:
    """Return the page that a file was asked for on."""
    folder = path.partition("?")[0].rpartition("/")[0]
    return "/" if folder.startswith("/jobs") else folder
