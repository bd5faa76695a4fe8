"""Which rows a session of staff finds: those of the offices that its reader reaches, and no others.

A model that belongs to an office, or to a campaign, says so by its class; a session that was made with a reach adds the
limit to every query over such a model, whoever wrote the query (SEC-42).
"""

from collections.abc import Collection
from typing import Any, TypeVarTuple, cast

from sqlalchemy import ColumnElement, Select, Text, event, select, table
from sqlalchemy import column as named
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria

Columns = TypeVarTuple("Columns")
ROOT = "root"
"""The id of the office that every installation has; all others stand below it."""
REACH = "reach"
"""Under this name a session keeps the ids of the offices whose rows it finds; without it all are found."""
_EVERYWHERE = "everywhere"
_CAMPAIGN = table("campaign", named("id"), named("office_id"))
_ROUND = table("round", named("id"), named("campaign_id"))
_STAFF = table("staff", named("id"), named("login"), named("office_id"))
_CONSENT = table("consent", named("kind"), named("subject_id"), named("office_id"))
_PLAN = table("plan", named("id"), named("campaign_id"))
_ACTION = table("remedial_action", named("id"), named("plan_id"))


class OfOffice:
    """Marks a model whose rows belong to an office: it has a column ``office_id``."""

    office_id: Mapped[str] = mapped_column(Text, default=ROOT, server_default=ROOT)


class OfCampaign:
    """Marks a model whose rows belong to a campaign: it has a column ``campaign_id``."""

    campaign_id: Mapped[str] = mapped_column(Text)


def limit(session: Session, reach: Collection[str] | None) -> None:
    """Let a session find from now on only what belongs to these offices; None changes nothing."""
    if reach is None:
        return
    if REACH not in session.info:
        event.listen(session, "do_orm_execute", _limited)
    session.info[REACH] = frozenset(reach)


class OfRound:
    """Marks a model whose rows belong to a round: it has a column ``round_id``."""

    round_id: Mapped[str] = mapped_column(Text)


def reach_of(session: Session) -> frozenset[str] | None:
    """Return the ids of the offices whose rows a session finds; None where it finds all."""
    found: frozenset[str] | None = session.info.get(REACH)
    return found


def people_in_reach(reach: Collection[str]) -> Select[str]:
    """Return the query of the ids of the accounts of these offices."""
    return select(_STAFF.c.id).where(_STAFF.c.office_id.in_(reach))


def campaigns_of(reach: Collection[str]) -> Select[str]:
    """Return a query of the ids of the campaigns of these offices."""
    return _campaigns(sorted(reach))


def subjects_in_reach(reach: Collection[str]) -> list[Select[str]]:
    """Return queries of what belongs to these offices, as the log names it, for a session of this reach.

    That is the ids of all rows of marked models and of the actions of plans; of accounts also the log-in names, and
    what was asked for, such as the log-in name of an account that was never made.
    """
    marked = (*OfOffice.__subclasses__(), *OfCampaign.__subclasses__())
    plans = select(_PLAN.c.id).where(_PLAN.c.campaign_id.in_(_campaigns(sorted(reach))))
    return [
        *(select(model.id) for model in marked if hasattr(model, "id")),
        select(_ACTION.c.id).where(_ACTION.c.plan_id.in_(plans)),
        select(_STAFF.c.login).where(_STAFF.c.office_id.in_(reach)),
        select(_CONSENT.c.subject_id).where(
            _CONSENT.c.kind == "account",
            _CONSENT.c.office_id.in_(reach),
            _CONSENT.c.subject_id.not_in(select(_STAFF.c.login).where(_STAFF.c.office_id.not_in(reach))),
        ),
    ]


def everywhere(query: Select[*Columns]) -> Select[*Columns]:
    """Return a query that finds rows of all offices, for what is one in the whole installation, such as log-in names.

    The caller must not show what it finds.
    """
    return query.execution_options(**{_EVERYWHERE: True})


def _limited(state: ORMExecuteState) -> None:
    finds = state.is_select or state.is_update or state.is_delete
    if not finds or state.execution_options.get(_EVERYWHERE) or state.is_column_load:
        return
    ids = sorted(state.session.info[REACH])

    def in_offices(model: Any) -> ColumnElement[bool]:  # noqa: ANN401 - SQLAlchemy hands in whichever class it finds
        return cast("ColumnElement[bool]", model.office_id.in_(ids))

    def in_campaigns(model: Any) -> ColumnElement[bool]:  # noqa: ANN401
        return cast("ColumnElement[bool]", model.campaign_id.in_(_campaigns(ids)))

    def in_rounds(model: Any) -> ColumnElement[bool]:  # noqa: ANN401
        rounds = select(_ROUND.c.id).where(_ROUND.c.campaign_id.in_(_campaigns(ids)))
        return cast("ColumnElement[bool]", model.round_id.in_(rounds))

    state.statement = state.statement.options(
        *(
            with_loader_criteria(mark, criterion, include_aliases=True)
            for mark, criterion in ((OfOffice, in_offices), (OfCampaign, in_campaigns), (OfRound, in_rounds))
        )
    )


def _campaigns(office_ids: list[str]) -> Select[str]:
    return select(_CAMPAIGN.c.id).where(_CAMPAIGN.c.office_id.in_(office_ids))
