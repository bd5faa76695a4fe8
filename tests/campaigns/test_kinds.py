"""The kinds of vote: each is complete, and what it names exists."""

import pytest
from fastapi.routing import iter_route_contexts

from app.campaigns.builtin import FORMS
from app.campaigns.domain import Objects
from app.campaigns.form_rules import check_form
from app.campaigns.kinds import DEFAULT_KIND, KINDS, Kind, kind_of
from app.campaigns.nouns import called, noun
from app.campaigns.rules import TITLE_LIMIT, check_scheme, scale_of, scheme_on
from app.routers import DESK_FEATURES

KINDS_OF = [pytest.param(kind, id=kind.key) for kind in KINDS.values()]


def test_it_works() -> None:
    assert len(KINDS) == 10
    assert kind_of("congress").objects is Objects.PROJECT
    assert kind_of("nothing like it") is KINDS[DEFAULT_KIND]


@pytest.mark.parametrize("kind", KINDS_OF)
def test_a_kind_can_be_frozen_as_it_is(kind: Kind) -> None:
    check_scheme(kind.scheme, {})
    form = FORMS[kind.form]
    check_form(form, scale_of(kind.scheme, form))
    if kind.body is not None:
        form = FORMS[kind.body.form]
        scheme = scheme_on(kind.scheme, form, kind.body.rule)
        check_scheme(scheme, {})
        check_form(form, scheme.scale)
    assert len(kind.title.format(year=2026)) <= TITLE_LIMIT


@pytest.mark.parametrize("kind", KINDS_OF)
def test_a_kind_leads_to_pages_that_are_there(kind: Kind) -> None:
    routes = [route.path or "" for feature in DESK_FEATURES for route in iter_route_contexts(feature.router.routes)]
    pages = {path.removeprefix("/campaigns/{campaign_id}") for path in routes}
    assert kind.pages <= pages
    assert {need.page for need in kind.needs} <= kind.pages


def test_words_follow_the_object() -> None:
    assert [noun(target).counted(3) for target in Objects] == ["3 个单位", "3 名同志", "3 个项目", "3 份报告"]
    assert [noun(target, "en").counted(1) for target in Objects] == ["1 unit", "1 person", "1 project", "1 report"]
    assert noun("unheard of") == noun(Objects.UNIT)
    english = called(Objects.PROJECT, "", "en", "Units in the official order; position and responsible unit of a unit")
    assert english == "Projects in the order of the list; position and responsible unit of a project"
