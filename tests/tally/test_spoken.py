"""A stored result in English: every sentence that is frozen with a result is known, whatever values it has."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.disclosure import Disclosure, Extent, Kind, promise_text
from app.campaigns.domain import Denominator, Formula, ItemLines, Lines, Measure, Objects, Scheme
from app.campaigns.kinds import KINDS
from app.campaigns.kinds import Kind as VoteKind
from app.campaigns.nouns import called
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Flag, Meaning, Rule, Sign, Step, Word
from app.campaigns.sentences import rule_text, scheme_texts
from app.core.chinese import has_chinese
from app.tally import wording
from app.tally.spoken import Speaker
from app.tally.verdict import Reason, band_edges, band_of
from app.web.i18n import english
from tests.campaigns.test_rule import CONGRESS, first, last, mean, most

FLAGGED = Rule(CONGRESS.steps, (Flag((last(1, ">", "1/3"),), "不满意"),))
ODD = Rule(
    (
        Step((first(1, ">=", "9/10"), last(2, "<", "1/3"), mean("<=", 95)), Word("满意", Meaning.MET)),
        Step((), Word("不满意", Meaning.FAILED, "限期补课，组织复测")),
    )
)
NAMES = {"县文化馆": "Culture Centre", "党代表": "Delegates", "群众代表": "Residents"}
SPEAKER = Speaker(NAMES, english())
PLAIN = Scheme(replace(SCALES["satisfaction_five"], unknown="不了解", abstain="弃权"))
SCHEMES = [
    Scheme(scale, Formula(2, denominator, measure), weights=weights, intervals=intervals)
    for scale in (*SCALES.values(), PLAIN.scale)
    for denominator in Denominator
    for measure in Measure
    for weights in ({}, {"g": Fraction(100)})
    for intervals in (False, True)
]


HALF = Lines(Fraction(1, 2), Fraction(1, 2))
BANDS = [
    band_of(Fraction(percent, 100), band_edges(replace(PLAIN, lines=lines, formula=Formula(1, denominator))))
    for lines in (Lines(), HALF, Lines(Fraction(95, 100), Fraction(2, 3)))
    for denominator in Denominator
    for percent in (99, 91, 85, 70, 10)
]


def test_it_works() -> None:
    assert SPEAKER.say("满意率未达到补课线 60%") == "Satisfied rate below the remedial line of 60%"
    assert SPEAKER.say("“服务质量”、“办事公开”未达到本项的提醒线") == (
        "“Quality of service”, “Openness”: below the attention line of its own"
    )


@pytest.mark.parametrize("rule", [None, CONGRESS, most(), FLAGGED, ODD])
def test_every_sentence_of_a_scheme_is_known(rule: Rule | None) -> None:
    left = {}
    for scheme in SCHEMES:
        if rule is not None and len(scheme.scale.grades) != 3:
            continue
        lined = (ItemLines("law", Lines()),)
        quorum = Quorum(Fraction(2, 3), Sign.AT_LEAST if scheme.weights else Sign.ABOVE)
        ruled = replace(scheme, rule=rule, item_lines=lined, quorum=quorum if scheme.intervals else None)
        ruled = replace(ruled, group_quorums={"g": Quorum(Fraction(3, 5)), "h": Quorum(Fraction(1, 2), Sign.ABOVE)})
        for text in scheme_texts(ruled, FORMS["t4"].items, {"g": "党代表", "h": "群众代表"}):
            if has_chinese(said := SPEAKER.say(text)):
                left[text] = said
    assert left == {}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_known(reason: Reason) -> None:
    for scheme in SCHEMES:
        said = SPEAKER.say(wording.reason_text(reason, scheme, items=FORMS["t4"].items[:2]))
        assert not has_chinese(said)


def test_every_other_sentence_is_known() -> None:
    names = ("党代表", "群众代表", "合计")
    told = [
        *(
            getattr(wording, name)
            for name in (
                "HIDDEN_TEXT",
                "UNIFORM_TEXT",
                "ALIKE_TEXT",
                "REST_TEXT",
                "BREAKDOWN_TEXT",
            )
        ),
        *(*wording.VERDICTS.values(), *wording.CHAIN.values(), *map(wording.band_label, BANDS)),
        *(wording.low_return_text(PLAIN, invalid=invalid) for invalid in (True, False)),
        wording.more_than_expected_text(names),
        wording.unknown_text(PLAIN),
        wording.no_group_quorum_text(names[:2]),
        wording.no_group_quorum_text([]),
        wording.sum_text("99.99%"),
        *(wording.step_reason(replace(SCHEMES[0], rule=rule), 1) for rule in (CONGRESS, most())),
        wording.step_reason(replace(SCHEMES[0], rule=CONGRESS), 2),
        wording.step_reason(replace(SCHEMES[0], rule=most()), None),
        wording.uneven_text(names[:2]),
        "有类别没有有效评价，其权重已按比例分给其余类别",
        "各项合计",
        wording.WORDS_ONLY_TEXT,
        wording.UNDIVIDED_TEXT,
        *(promise_text(Disclosure(Kind.ANNOUNCED, extent)) for extent in Extent),
    ]
    assert [text for text in told if has_chinese(SPEAKER.say(text))] == []


def test_a_document_is_spoken_but_for_what_people_wrote() -> None:
    document = {
        "id": "满意",
        "targets": [{"name": "县文化馆", "label": "各项合计", "remarks": {"texts": ["满意"]}}],
        "n": 1,
    }
    assert SPEAKER.document(document) == {
        "id": "满意",
        "targets": [{"name": "Culture Centre", "label": "All items together", "remarks": {"texts": ["满意"]}}],
        "n": 1,
    }
    assert document["n"] == 1


def test_what_is_not_known_stays() -> None:
    assert SPEAKER.say("某种新的说明 3") == "某种新的说明 3"


@pytest.mark.parametrize("added", ["满意+不满意", "满意 + 不满意"])
def test_grades_that_are_added_up_are_said_one_by_one(added: str) -> None:
    assert [SPEAKER.say(text) for text in (added, f"{added} ≥90%")] == [
        "Satisfied + Dissatisfied",
        "Satisfied + Dissatisfied ≥90%",
    ]


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])
def test_what_every_kind_of_vote_says_of_its_rule_is_known(kind: VoteKind) -> None:
    texts = (rule_text(kind.scheme), *scheme_texts(kind.scheme, FORMS[kind.form].items, {}))
    assert [text for text in texts if has_chinese(SPEAKER.say(text))] == []
    assert not any(has_chinese(SPEAKER.say(word.text)) for word in kind.scheme.judged_by.words)


@pytest.mark.parametrize("objects", Objects)
def test_every_sentence_begins_with_a_capital(objects: Objects) -> None:
    for text in scheme_texts(Scheme(SCALES["satisfaction_three"], rule=CONGRESS), FORMS["t1"].items, {}):
        said = SPEAKER.say(called(objects, text))
        assert not has_chinese(said)
        assert re.search(r"(^|\. )[a-z]", said) is None
