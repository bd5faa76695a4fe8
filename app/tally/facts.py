"""What a result document says of the paper it rests on: round, scale, formula and lines; no figure is here."""

from app.campaigns.disclosure import promise_text
from app.campaigns.domain import Lines, Scheme
from app.campaigns.nouns import called
from app.rounds.domain import Paper, Section
from app.tally.document import FormulaFacts, LineTexts, RoundFacts, ScaleFacts
from app.tally.wording import formula_text, line_text, mark_text, measure_text

_PERCENT = 100


def round_facts(paper: Paper) -> RoundFacts:
    """Return what the round is and how few answers are shown of it."""
    about: RoundFacts = {
        "id": paper.round_id,
        "organisation": paper.organisation,
        "campaign": paper.campaign,
        "title": paper.title,
        "rehearsal": paper.rehearsal,
        "k": paper.scheme.floor,
        "remark_k": paper.scheme.remark_k,
    }
    shown = paper.scheme.disclosure
    if not shown.announced:
        return about
    return {**about, "disclosure": {"kind": "announced", "extent": shown.extent, "text": promise_text(shown)}}


def scale_facts(section: Section) -> ScaleFacts:
    """Return the scale that the items were rated on."""
    scale = section.scheme.scale
    return {
        "key": scale.key,
        "grades": [{"label": grade.label, "score": grade.score, "positive": grade.positive} for grade in scale.grades],
        "unknown": scale.unknown,
        "abstain": scale.abstain,
    }


def formula_facts(section: Section) -> FormulaFacts:
    """Return how the figures are made and where the lines are drawn."""
    scheme = section.scheme
    return {
        "text": called(section.objects, formula_text(scheme)),
        "top": scheme.formula.top,
        "denominator": scheme.formula.denominator,
        "measure": scheme.formula.measure,
        "measure_label": measure_text(scheme.formula.measure),
        "lines": _line_texts(scheme, scheme.lines),
        "item_lines": [
            {"key": item.key, "label": item.label, **_line_texts(scheme, lines)}
            for item in section.items
            if (lines := scheme.lines_of(item.key)) is not None
        ],
        "weights": [
            {"id": group.id, "name": group.name, "text": line_text(scheme.weights[group.id] / _PERCENT)}
            for group in section.groups
            if group.id in scheme.weights
        ],
    }


def _line_texts(scheme: Scheme, lines: Lines) -> LineTexts:
    measure = scheme.formula.measure
    return {
        "attention": mark_text(lines.attention, measure),
        "remedial": mark_text(lines.remedial, measure),
        "dissatisfied": line_text(lines.dissatisfied),
    }
