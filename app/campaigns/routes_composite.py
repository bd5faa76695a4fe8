"""The page on which a campaign says what its composite score is made of, before a round is frozen."""

from collections.abc import Sequence
from fractions import Fraction

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import scheme_service
from app.campaigns.composite import (
    MOST_PARTS,
    Composite,
    Part,
    Source,
    class_weights,
    classes_text,
)
from app.campaigns.domain import DECIMALS
from app.campaigns.ports import resting_rounds
from app.campaigns.ratios import number_text
from app.campaigns.reads import get_campaign
from app.campaigns.sentences import composite_rule_text
from app.campaigns.stored import locked_campaign, stored_composite
from app.campaigns.typed import typed_most, typed_weight
from app.campaigns.typed_rule import COMPOSITE_CHOICES, filled_rows, shown_composite_rule, typed_composite_rule
from app.core.errors import DomainError, Ours
from app.web.desk import Desk, OrganiserDesk, Refused, typed
from app.web.forms import Form, PostedForm
from app.web.stale import refuse_stale

router = APIRouter()
ROWS = range(1, MOST_PARTS + 1)
FIELDS = {
    "label": "名称",
    "source": "来源",
    "weight": "权重",
    "classes": "各类对象的权重",
    "most": "满分",
    "under": "所属部分",
}


def _show(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    composite = campaign.scheme.composite
    fields = typed(refused) if refused else shown(composite)
    context = {
        "campaign": campaign,
        "stored": stored_composite(campaign),
        "composite": composite,
        "rule": composite_rule_text(campaign.scheme),
        "typed": fields,
        "filled": filled_rows(fields),
        "rounds": [(each.id, each.title) for each in resting_rounds(desk.request)(desk.session, campaign_id)],
        "rows": ROWS,
        "decimals": DECIMALS,
        "classes": list(dict.fromkeys(unit.object_class for unit in campaign.units if unit.object_class)),
        **COMPOSITE_CHOICES,
    }
    return desk.show("campaigns/composite.html", refused, **context)


@router.get("/campaigns/{campaign_id}/composite")
def composite_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the parts with their weights, and how the score is made of them."""
    return _show(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/composite")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save the parts for rounds to come."""

    def act() -> None:
        refuse_stale(form, stored_composite(locked_campaign(desk.session, campaign_id)))
        rounds = [each.id for each in resting_rounds(desk.request)(desk.session, campaign_id)]
        scheme_service.set_composite(desk.acting, campaign_id, typed_composite(form), rounds)

    done = f"/campaigns/{campaign_id}/composite"
    return desk.attempt(act, done, lambda refused: _show(desk, campaign_id, refused))


def shown(composite: Composite | None) -> dict[str, str]:
    """Return the fields of the page: a row for each part, those of a part below it."""
    if composite is None:
        return {"decimals": "2"}
    fields = {"decimals": str(composite.decimals), **({"by_top": "1"} if composite.by_top else {})}
    fields |= shown_composite_rule(composite.rule)
    rows: list[tuple[Part, str]] = []
    for part in composite.parts:
        rows.append((part, ""))
        place = str(len(rows))
        rows += [(each, place) for each in part.parts]
    for row, (part, under) in enumerate(rows, 1):
        named = {Source.VOTE: f"vote:{part.group}", Source.ROUND: f"round:{part.round_id}"}
        cells = {
            "label": part.label,
            "source": named.get(part.source, part.source.value),
            "weight": number_text(part.weight) if part.weight else "",
            "classes": classes_text(part.by_class),
            "most": number_text(part.most) if part.most else "",
            "under": under,
        }
        fields |= {f"{name}-{row}": text for name, text in cells.items()}
    return fields


def typed_composite(form: PostedForm) -> Composite | None:
    """Return what was typed; None where every row is empty."""
    rows = [
        {
            name: form.text(f"{name}-{row}", 200 if name == "classes" else 60, label=_field(row, name), needed=False)
            for name in FIELDS
        }
        for row in ROWS
    ]
    filled = {str(row): cells for row, cells in zip(ROWS, rows, strict=True) if cells["label"] or cells["source"]}
    rule = typed_composite_rule(form)
    if not filled and rule is None:
        return None
    decimals = form.integer("decimals", 0, max(DECIMALS), label="小数位数")
    top = tuple(_part(filled, row) for row, cells in filled.items() if not cells["under"])
    if any(filled.get(cells["under"], {"source": ""})["source"] != "composite" for cells in _inner(filled)):
        raise DomainError("field_not_a_choice", field="归入")
    for cells in _inner(filled):
        if cells["source"] == Source.COMPOSITE:
            raise DomainError("composite_levels", name=cells["label"])
    return Composite(top, by_top=form.flag("by_top"), decimals=decimals, rule=rule)


def _field(row: int | str, name: str) -> Ours:
    """Return what a field of a row is called."""
    return Ours.filled("第 %(number)s 部分的%(field)s", number=row, field=Ours(FIELDS[name]))


Rows = dict[str, dict[str, str]]


def _inner(filled: Rows) -> Sequence[dict[str, str]]:
    return [cells for cells in filled.values() if cells["under"]]


def _part(filled: Rows, row: str) -> Part:
    cells = filled[row]
    kind, _, which = cells["source"].partition(":")
    if kind not in set(Source):
        raise DomainError("field_not_a_choice", field=_field(row, "source"))
    source = Source(kind)
    inner = [other for other, each in filled.items() if each["under"] == row]
    return Part(
        key=f"p{row}",
        label=cells["label"],
        source=source,
        weight=Fraction(0) if source is Source.EXTRA else typed_weight(cells["weight"], cells["label"]),
        group=which if source is Source.VOTE else "",
        round_id=which if source is Source.ROUND else "",
        by_class={} if source is Source.EXTRA else class_weights(cells["classes"], cells["label"]),
        most=typed_most(cells["most"], cells["label"]) if source in {Source.POINTS, Source.EXTRA} else Fraction(0),
        parts=tuple(_part(filled, other) for other in inner) if source is Source.COMPOSITE else (),
    )
