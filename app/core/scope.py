"""Which rows a session of staff finds: those of the offices that its reader reaches, and no others.

A model that belongs to an office, or to a campaign, says so by its class; a session that was made with a reach adds the
limit to every query over such a model, whoever wrote the query (SEC-42).
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, event, select, table
from sqlalchemy import column as named
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapped

Columns = TypeVarTuple("Columns")
ROOT = "root"
"""The id of the office that every installation has; all others stand below it."""
REACH = "reach"
"""Under this name a session keeps the ids of the offices whose rows it finds; without it all are found."""
_EVERYWHERE = "everywhere"
_CAMPAIGN = table("campaign", named("id"), named("office_id"))


class OfOffice:
    """Marks a model whose rows belong to an office: it has a column ``office_id``."""

    if TYPE_CHECKING:
        office_id: Mapped[str]


class OfCampaign:
    """Marks a model whose rows belong to a campaign: it has a column ``campaign_id``."""

    if TYPE_CHECKING:
        campaign_id: Mapped[str]


def limit(session: Session, reach: Collection[str]) -> None:
    """Let a session find from now on only what belongs to these offices."""
    session.info[REACH] = frozenset(reach)
    event.listen(session, "do_orm_execute", _limited)


def reach_of(session: Session) -> frozenset[str] | None:
    """Return the ids of the offices whose rows a session finds; None where it finds all."""
    found: frozenset[str] | None = session.info.get(REACH)
    return found


def everywhere(query: Select[*Columns]) -> Select[*Columns]:
    """Return a query that finds rows of all offices, for what is one in the whole installation, such as log-in names.

    The caller must not show what it finds.
    """
    return query.execution_options(**{_EVERYWHERE: True})


def _limited(state: ORMExecuteState) -> None:
    if state.execution_options.get(_EVERYWHERE) or state.is_column_load or state.is_relationship_load:
        return
    ids = sorted(state.session.info[REACH])

    def in_offices(model: Any) -> ColumnElement[bool]:  # noqa: ANN401 - SQLAlchemy hands in whichever class it finds
        return model.office_id.in_(ids)  # type: ignore[no-any-return]

    def in_campaigns(model: Any) -> ColumnElement[bool]:  # noqa: ANN401
        return model.campaign_id.in_(select(_CAMPAIGN.c.id).where(_CAMPAIGN.c.office_id.in_(ids)))  # type: ignore[no-any-return]

    state.statement = state.statement.options(
        with_loader_criteria(OfOffice, in_offices, include_aliases=True),
        with_loader_criteria(OfCampaign, in_campaigns, include_aliases=True),
    )
