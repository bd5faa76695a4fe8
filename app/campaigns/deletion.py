"""The page that asks for the name of what is to be deleted; units, voter groups and forms share it."""

from collections.abc import Callable

from starlette.responses import Response

from app.campaigns.reads import CampaignView
from app.web.desk import Desk, Refused, typed


def ask_for_name(desk: Desk, campaign: CampaignView, kind: str, name: str, refused: Refused | None = None) -> Response:
    """Show the page; ``kind``: unit, group, form or section."""
    given = typed(refused).get("name", "")
    return desk.show("campaigns/delete.html", refused, campaign=campaign, kind=kind, name=name, typed=given)


def attempt_to_delete(desk: Desk, campaign: CampaignView, kind: str, name: str, act: Callable[[], object]) -> Response:
    """Delete and go back to the list, or ask again."""
    return desk.attempt(
        act,
        f"/campaigns/{campaign.id}/{kind}s",
        lambda refused: ask_for_name(desk, campaign, kind, name, refused),
    )
