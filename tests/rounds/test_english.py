"""A paper in English: its names are frozen in it, and papers from before stay byte for byte what they were."""

import json
from dataclasses import replace

from app.campaigns.rule import Meaning, Rule, Step, Word
from app.rounds.checklist import freeze_problems
from app.rounds.domain import Paper, paper_digest
from app.rounds.english import spoken, with_english
from app.rounds.papers import paper_text, parse_paper
from app.tally.spoken import Speaker
from app.web.i18n import english
from tests.factories import make_paper

UNIT = "Culture Centre"


def translated(paper: Paper) -> Paper:
    return with_english(paper, {paper.units[0].name: UNIT, paper.title: "Round one"})


def test_it_works() -> None:
    paper = translated(make_paper())
    said = spoken(paper, "en")
    assert (said.title, said.units[0].name, said.units[1].name) == ("Round one", UNIT, paper.units[1].name)
    assert said.section.form_title == "Satisfaction with the study and practice campaign"
    assert said.scheme.scale.options == (
        "Satisfied", "Fairly satisfied", "Basically satisfied", "Dissatisfied", "Don't know",
    )  # fmt: skip
    assert [item.key for item in said.section.items] == [item.key for item in paper.section.items]
    assert spoken(paper, "zh") is paper


def test_the_names_are_frozen_with_the_paper() -> None:
    paper = make_paper()
    text = paper_text(translated(paper))
    assert parse_paper(text) == translated(paper)
    assert json.loads(text)["english"][paper.units[0].name] == UNIT
    assert paper_digest(text) != paper_digest(paper_text(paper))


def test_what_it_is_judged_by_is_frozen_in_english() -> None:
    paper = make_paper()
    words = Rule((Step((), Word("示范", Meaning.MET, "全县推广")),))
    judged = replace(paper, scheme=replace(paper.scheme, rule=words))
    told = with_english(judged, {"示范": "Model", "全县推广": "Followed everywhere"})
    assert Speaker(told.english, english()).say("其余的为“示范”。“示范”：全县推广。") == (
        "All others: “Model”. “Model”: Followed everywhere."
    )
    assert told.untranslated == with_english(paper, {}).untranslated


def test_a_paper_from_before_is_read_and_spoken_as_it_is() -> None:
    fields = json.loads(paper_text(make_paper()))
    del fields["english"]
    old = parse_paper(json.dumps(fields, ensure_ascii=False))
    assert old.english == {}
    assert spoken(old, "en") is old


def test_the_checklist_speaks_of_them_once_somebody_gave_any() -> None:
    paper = make_paper()
    steps = {step.code: step for step in freeze_problems(with_english(paper, {}))}
    assert "english" not in steps
    step = {step.code: step for step in freeze_problems(translated(paper))}["english"]
    assert (step.done, step.needed) == (False, False)
    assert paper.units[1].name in step.detail
    assert UNIT not in step.detail
    every = {name: f"name {place}" for place, name in enumerate(paper.names)}
    done = {step.code: step.done for step in freeze_problems(replace(paper, english=every))}
    assert done["english"]
