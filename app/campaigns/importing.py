"""The way of a list into a campaign: upload, preview, confirm. The file itself is never stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.campaigns.reads import CampaignView, get_campaign
from app.core.errors import DomainError
from app.office.ordering import file_later
from app.office.sheets.notes import NOTE_SENTENCES
from app.office.sheets.tables import CellProblem
from app.office.workshop import Craft
from app.web.desk import Desk, Refused
from app.web.forms import PostedForm

CARRIED_LIMIT = 2_000_000


class Checked(Protocol):
    """A list that was read: it may be saved only if there is no problem."""

    @property
    def problems(self) -> Sequence[CellProblem]:
        """What is wrong, cell by cell."""
        ...


class ListPlan(Protocol):
    """What a confirmation would do."""

    @property
    def preview(self) -> Checked:
        """The list as it was read."""
        ...


Plan = TypeVar("Plan", bound=ListPlan)


@dataclass(frozen=True, slots=True)
class ListWay(Generic[Plan]):
    """The pages by which one kind of list comes in, and what reads, carries and saves it.

    ``done`` is the page of the campaign that shows what was saved.
    """

    template: Craft
    upload_html: str
    preview_html: str
    sentences: Mapping[str, str]
    done: str
    read: Callable[[CampaignView, bytes], Plan]
    read_carried: Callable[[CampaignView, str], Plan]
    carry: Callable[[Plan], str]
    save: Callable[[Desk, str, Plan, PostedForm], None]

    def show(self, desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
        """Show where to upload, and the template."""
        return desk.show(self.upload_html, refused, campaign=get_campaign(desk.session, campaign_id))

    def hand_out(self, desk: Desk, campaign_id: str) -> Response:
        """Hand out the template with what is set up already."""
        get_campaign(desk.session, campaign_id)
        return file_later(desk.request, desk.staff, self.template, {"campaign": campaign_id})

    def preview(self, desk: Desk, campaign_id: str, form: PostedForm) -> Response:
        """Show what an upload would change, and every bad cell; nothing is saved yet."""
        campaign = get_campaign(desk.session, campaign_id)
        desk.leave()

        def look() -> Response:
            plan = self.read(campaign, form.file("workbook"))
            context = {"campaign": campaign, "plan": plan, "carried": self.carry(plan)}
            words = {"sentences": self.sentences, "note_sentences": NOTE_SENTENCES}
            return desk.show(self.preview_html, 422 if plan.preview.problems else None, **context, **words)

        return desk.consider(look, lambda refused: self.show(desk, campaign_id, refused))

    def confirm(self, desk: Desk, campaign_id: str, form: PostedForm) -> Response:
        """Save what the preview showed, checked anew: it is read and checked before the transaction begins."""
        campaign = get_campaign(desk.session, campaign_id)
        desk.leave()

        def look() -> Response:
            plan = self.read_carried(campaign, form.text("rows", CARRIED_LIMIT, label="导入内容"))
            return desk.attempt(lambda: act(plan), f"/campaigns/{campaign_id}{self.done}", again)

        def act(plan: Plan) -> None:
            refuse_changed(desk.session, campaign)
            self.save(desk, campaign_id, plan, form)

        def again(refused: Refused) -> Response:
            return self.show(desk, campaign_id, refused)

        return desk.consider(look, again)


def refuse_changed(session: Session, campaign: CampaignView) -> None:
    """Refuse to save what was checked against a campaign that is another by now: DomainError ``campaign_changed``."""
    if get_campaign(session, campaign.id) != campaign:
        raise DomainError("campaign_changed")
