"""The rule of a scheme as it is typed: rows of fields to steps, and back for showing it again.

A row of steps is one step: up to ``CONDITIONS`` conditions, a word with its meaning, consequence and points. Rows of
which nothing but choices are filled in (``filled_rows``) are left out, so that a step is added by filling in a spare
one and removed by emptying its own. The last step, 其余, has fields of its own without conditions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from app.campaigns.domain import Scheme, lined_rule, rule_of_lines
from app.campaigns.ratios import number_text, parse_ratio, ratio_text
from app.campaigns.rule import (
    SHARES,
    Condition,
    Flag,
    Meaning,
    Plurality,
    Quantity,
    Rule,
    Sign,
    Step,
    Tie,
    Word,
    flag_name,
    step_name,
)
from app.campaigns.rule_checks import (
    CONSEQUENCE_LIMIT,
    MAX_FLAGS,
    MAX_STEPS,
    WORD_LIMIT,
    overlaps,
    worsening,
)
from app.campaigns.rules import ground_of
from app.core.errors import DomainError, Ours
from app.core.folding import plain_number
from app.web.forms import PostedForm

LINES_RULE, STEPS_RULE, PLURALITY_RULE = "lines", "steps", "plurality"
KINDS: Final = (LINES_RULE, STEPS_RULE, PLURALITY_RULE)
STEP_ROWS: Final = range(1, MAX_STEPS)
CONDITIONS: Final = range(1, 3)
FLAG_ROWS: Final = range(1, MAX_FLAGS + 1)
REST: Final = "rest"
ROWS_OFFERED: Final = {
    "step_rows": list(STEP_ROWS),
    "condition_rows": list(CONDITIONS),
    "flag_rows": list(FLAG_ROWS),
}
_NUMBER_LENGTH = 20
_TYPED = re.compile(r"(step-[0-9]+|flag-[0-9]+|rest)-(?:number-[0-9]+|word|consequence|points|text)")


def filled_rows(fields: Mapping[str, str]) -> set[str]:
    """Return the rows (``step-2``, ``flag-1``, ``rest``) in which anything is typed; choices are always posted."""
    found = {_TYPED.fullmatch(name) for name, text in fields.items() if text.strip()}
    return {each[1] for each in found if each}


def typed_rule(form: PostedForm, scheme: Scheme) -> Rule | None:
    """Return the rule that was typed for a scheme; None where it is judged by its lines over 有效评价, as ever."""
    kind = form.sent("rule_kind", 20) or LINES_RULE
    if kind not in KINDS:
        raise DomainError("rule_kind_wrong")
    if kind == LINES_RULE:
        return lined_rule(scheme)
    flags = tuple(_flags(form))
    if kind == PLURALITY_RULE:
        return Rule(flags=flags, plurality=_plurality(form, scheme))
    return Rule((*_steps(form), Step((), _word(form, REST, Ours("其余")))), flags)


def typed_own_rule(form: PostedForm, scheme: Scheme) -> Rule | None:
    """Return the rule that was typed for a section on its form's scale; None where it obeys the campaign's."""
    kind = form.sent("rule_kind", 20) or LINES_RULE
    return None if kind == LINES_RULE else typed_rule(form, scheme)


def typed_composite_rule(form: PostedForm) -> Rule | None:
    """Return the rule that was typed for 综合评价得分; None where every row of it is empty."""
    if not filled_rows(form.as_dict()):
        return None
    return Rule((*_steps(form), Step((), _word(form, REST, Ours("其余")))), tuple(_flags(form)))


def shown_composite_rule(rule: Rule | None) -> dict[str, str]:
    """Return the fields of the rule on 综合评价得分."""
    return {} if rule is None else {**_shown(rule), **_shown_flags(rule)}


def shown_own_rule(scheme: Scheme, *, own: bool) -> dict[str, str]:
    """Return the fields of a section's rule, filled in with the campaign's where it has none of its own."""
    fields = shown_rule(scheme)
    kind = fields["rule_kind"] if fields["rule_kind"] != LINES_RULE else STEPS_RULE
    return {**fields, "rule_kind": kind if own else LINES_RULE}


def _steps(form: PostedForm) -> Iterator[Step]:
    filled = filled_rows(form.as_dict())
    for row in STEP_ROWS:
        if f"step-{row}" in filled:
            label = step_name(row)
            yield Step(tuple(_conditions(form, f"step-{row}", label)), _word(form, f"step-{row}", label))


def _conditions(form: PostedForm, row: str, label: str) -> Iterator[Condition]:
    for place in CONDITIONS:
        number = form.text(
            f"{row}-number-{place}", _NUMBER_LENGTH, label=Ours.filled("%(label)s的数值", label=label), needed=False
        )
        if number:
            yield _condition(form, f"{row}-what-{place}", f"{row}-sign-{place}", (number, label))


def _condition(form: PostedForm, what: str, sign: str, typed: tuple[str, str]) -> Condition:
    number, label = typed
    name, _, count = form.text(what, 20, label=Ours.filled("%(label)s的条件", label=label)).partition("-")
    signed = form.text(sign, 4, label=Ours.filled("%(label)s的条件", label=label))
    if name not in set(Quantity) or signed not in set(Sign) or not count.isdecimal():
        raise DomainError("field_not_a_choice", field=Ours.filled("%(label)s的条件", label=label))
    quantity = Quantity(name)
    value = parse_ratio(number, label) if quantity in SHARES else _points(number, label)
    return Condition(quantity, Sign(signed), value, int(count))


def _points(text: str, label: str) -> Fraction:
    number = plain_number(text).removesuffix("分").strip()
    whole, _, rest = number.partition(".")
    if not (whole.isdecimal() and len(whole) <= 4 and (not rest or rest.isdecimal())):  # noqa: PLR2004
        raise DomainError("rule_number_malformed", name=label)
    return Fraction(number)


def _word(form: PostedForm, row: str, label: str) -> Word:
    meaning = form.sent(f"{row}-meaning", 20) or Meaning.MET
    if meaning not in set(Meaning):
        raise DomainError("field_not_a_choice", field=Ours.filled("%(label)s的含义", label=label))
    points = form.text(f"{row}-points", 8, label=Ours.filled("%(label)s的分值", label=label), needed=False)
    return Word(
        text=form.text(
            f"{row}-word", WORD_LIMIT * 4, label=Ours.filled("%(label)s的判定用语", label=label), needed=False
        ),
        meaning=Meaning(meaning),
        consequence=form.text(
            f"{row}-consequence", CONSEQUENCE_LIMIT * 2, label=Ours.filled("%(label)s的后果", label=label), needed=False
        ).rstrip("。"),
        points=_points(points, label) if points else None,
    )


def _flags(form: PostedForm) -> Iterator[Flag]:
    for row in FLAG_ROWS:
        label = flag_name(row)
        conditions = tuple(_conditions(form, f"flag-{row}", label))
        text = form.text(f"flag-{row}-text", CONSEQUENCE_LIMIT, label=label, needed=False).rstrip("。")
        if conditions or text:
            yield Flag(conditions, text)


def _plurality(form: PostedForm, scheme: Scheme) -> Plurality:
    """Return the words of the grades: their own, with the meaning that they have in the formula."""
    tie = form.sent("tie", 10) or Tie.MEETING
    if tie not in set(Tie):
        raise DomainError("field_not_a_choice", field="得票并列")
    return Plurality(tuple(plurality_words(scheme)), Tie(tie))


def plurality_words(scheme: Scheme) -> Iterator[Word]:
    """Yield a word for each grade: those of 满意率 are met, the other positive ones attention, the rest failed."""
    for place, grade in enumerate(scheme.scale.grades):
        met = Meaning.MET if place < scheme.formula.top else Meaning.ATTENTION
        yield Word(grade.label, met if grade.positive else Meaning.FAILED)


def shown_rule(scheme: Scheme) -> dict[str, str]:
    """Return the fields of a rule; steps are filled in with what the lines say where there are no others."""
    rule = scheme.judged_by
    if rule.plurality is not None:
        lines = rule_of_lines(replace(scheme, rule=Rule()), scheme.lines)
        return {"rule_kind": PLURALITY_RULE, "tie": rule.plurality.tie.value, **_shown(lines), **_shown_flags(rule)}
    kind = LINES_RULE if scheme.is_lined else STEPS_RULE
    return {"rule_kind": kind, **_shown(rule), **_shown_flags(rule)}


def _shown(rule: Rule) -> dict[str, str]:
    fields: dict[str, str] = {}
    for row, step in enumerate(rule.steps[:-1], start=1):
        fields |= _shown_conditions(step.conditions, f"step-{row}") | _shown_word(step.word, f"step-{row}")
    return fields | _shown_word(rule.steps[-1].word, REST)


def _shown_flags(rule: Rule) -> dict[str, str]:
    fields: dict[str, str] = {}
    for row, flag in enumerate(rule.flags, start=1):
        fields |= {**_shown_conditions(flag.conditions, f"flag-{row}"), f"flag-{row}-text": flag.text}
    return fields


def _shown_conditions(conditions: Sequence[Condition], row: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for place, each in enumerate(conditions, start=1):
        number = ratio_text(each.number) if each.quantity in SHARES else number_text(each.number)
        fields[f"{row}-what-{place}"] = f"{each.quantity.value}-{each.grades}"
        fields |= {f"{row}-sign-{place}": each.sign.value, f"{row}-number-{place}": number}
    return fields


def _shown_word(word: Word, row: str) -> dict[str, str]:
    fields = {f"{row}-word": word.text, f"{row}-meaning": word.meaning.value, f"{row}-consequence": word.consequence}
    return fields if word.points is None else {**fields, f"{row}-points": number_text(word.points)}


COMPOSITE_CHOICES: Final[dict[str, object]] = {"quantities": [("composite-0", [])], **ROWS_OFFERED}
"""What the page of 综合评价得分 offers for its rule."""


def rule_choices(scheme: Scheme) -> dict[str, object]:
    """Return what a page of a rule offers: rows, what conditions look at, and what is worth knowing of the rule."""
    ground = ground_of(scheme)
    return {
        "quantities": quantities(scheme),
        **ROWS_OFFERED,
        "overlaps": overlaps(scheme.judged_by, ground),
        "worsening": worsening(scheme.judged_by, ground),
    }


def quantities(scheme: Scheme) -> list[tuple[str, list[str]]]:
    """Return what a condition may look at: the field's value, and the labels of the grades, none for the mean."""
    labels = [grade.label for grade in scheme.scale.grades]
    firsts = [(f"first-{n}", labels[:n]) for n in range(1, len(labels))]
    lasts = [(f"last-{n}", labels[-n:]) for n in range(1, len(labels))]
    return [*firsts, *lasts, ("mean-0", [])]
