"""What the checklist is about, as its page tells it: names and sentences, each in the language of the reader."""

from datetime import date
from functools import partial

import pytest

from app.core.errors import Ours
from app.core.settings import Settings
from app.publication.spoken import speak
from app.rounds.steps import Step
from app.web.i18n import several, worded
from app.web.pages import make_pages

NAMES = {"党代表": "Party delegates", "群众代表": "Residents", "工作作风": "Style of work"}
SHOWN = '{% import "macros.html" as m with context %}{{ m.step_detail(step) }}'
WORD = Ours.filled("%(form)s，%(item)s“%(word)s”", form="党代表", item="工作作风", word="群众代表")


def told(settings: Settings, language: str, template: str, **values: object) -> str:
    """Render a piece of a page in a language, with the English names of a campaign."""
    say = partial(speak, NAMES) if language == "en" else str
    context = {"_": lambda sentence, **params: worded(language, sentence, params), "speak": say, "language": language}
    return make_pages(settings).environment.from_string(template).render(**context, **values)


@pytest.mark.parametrize(
    ("step", "chinese", "english"),
    [
        (Step("small", "", done=False, told=("党代表", "群众代表")), "党代表、群众代表", "Party delegates, Residents"),
        (Step("slips", "", done=False, told=("党代表", "孙", "…")), "党代表、孙、…", "Party delegates, 孙, …"),
        (Step("points", "", done=False, told=(WORD,)), str(WORD), "Party delegates, Style of work: “Residents”"),
        (
            Step("late", "", done=False, told=(Ours.filled("%(day)s", day=date(2026, 12, 1)),)),
            "2026年12月1日",
            "1 December 2026",
        ),
        (
            Step(
                "few", "", done=False, told=(Ours.filled("%(n)s 人", n=9),), advice="把类别权重全部留空，或改选“保护”"
            ),
            "9 人；把类别权重全部留空，或改选“保护”",
            "9 people; leave all weights empty, or choose protected",
        ),
    ],
)
def test_it_works(settings: Settings, step: Step, chinese: str, english: str) -> None:
    assert told(settings, "zh", SHOWN, step=step) == chinese
    assert told(settings, "en", SHOWN, step=step) == english


def test_what_is_stored_of_a_form_is_told_likewise(settings: Settings) -> None:
    line = several(["党代表", "孙"])
    assert told(settings, "zh", "{{ line | said }}", line=line) == "党代表、孙"
    assert told(settings, "en", "{{ line | said }}", line=line) == "Party delegates, 孙"
    assert told(settings, "en", "{{ line | said }}", line="<b>") == "&lt;b&gt;"
