"""Words follow the object: no page about persons, projects or a report speaks of units."""

import html
import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.campaigns.kinds import KINDS, Kind
from app.campaigns.names import SHIPPED
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.operations.playing import play_rehearsal
from app.rounds.examples import begin_example
from app.rounds.reads import get_round
from tests.cast import MORNING, Desk, make_cast

WRONG = {
    "zh": re.compile(r"(?<!主办)(?<!组织)(?<!下属)(?<!责任)(?<!与)单位(?!联络员)|机构序列"),
    "en": re.compile(r"(?<!Campaigns and )(?<![Rr]esponsible )\b[Uu]nits?\b(?! liaison)"),
}
SORT = re.compile(r"<option[^>]*>\s*(?:单位|[Uu]nits?)\s*</option>")
"""The choice of what is rated names every sort, units too."""
LINK = re.compile(r'(?:href|action)="(/[^"#]*)"')
FILES = (".xlsx", ".docx", ".zip", ".pdf", ".svg", ".png", ".json", ".csv")
MOST_PAGES = 80


def text_of(page: str) -> str:
    """Return what is read on a page."""
    body = re.sub(SORT, "", page)
    body = re.sub(r"<(script|style|template).*?</\1>|<!--.*?-->", "", body, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|placeholder|title)="([^"]*)"', body)
    return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *spoken]))


def pages_about(desk: Desk, starts: list[str], ids: list[str]) -> dict[str, str]:
    """Return every page that can be reached from some and whose address names one of the ids."""
    found: dict[str, str] = {}
    waiting = list(starts)
    while waiting and len(found) < MOST_PAGES:
        path = html.unescape(waiting.pop())
        if path in found or not any(one in path for one in ids) or path.split("?")[0].endswith(FILES):
            continue
        answer = desk.get(path)
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            found[path] = answer.text
            waiting += LINK.findall(answer.text)
    return found


def words_left(pages: dict[str, str], kind: Kind) -> dict[str, list[str]]:
    """Return the words of a kind's rule, and what follows from them, that are Chinese on English pages.

    The grades are left out: the names of campaigns hold them.
    """
    words = [text for word in kind.scheme.judged_by.words for text in (word.text, word.consequence)]
    read = {path: text_of(page) for path, page in pages.items() if "lang=zh" not in path}
    left = [word for word in words if word and word not in SHIPPED]
    found = {path: [word for word in left if word in text] for path, text in read.items()}
    return {path: some for path, some in found.items() if some}


@pytest.mark.parametrize("key", ["members", "congress", "report"])
def test_it_works(database: Database, settings: Settings, new_client: Callable[[], TestClient], key: str) -> None:
    folder = KeyFolder(settings.data / "keys")
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        rehearsal_id = begin_example(Acting(session, MORNING, zhang), KINDS[key])
        row = get_round(session, rehearsal_id)
    play_rehearsal(database, folder, rehearsal_id, zhang)
    ids = [row.campaign_id, rehearsal_id, str(row.rehearsal_of)]
    starts = [f"/campaigns/{ids[0]}", f"/campaigns/{ids[0]}/rounds/new", f"/rounds/{ids[2]}", f"/results/{ids[1]}"]
    for language in ("zh", "en"):
        desk = Desk(new_client(), database, folder, "zhangsan")
        desk.client.cookies.set("lang", language)
        pages = pages_about(desk, starts, ids)
        assert len(pages) > 20
        wrong = {
            path: [said[max(0, at.start() - 20) : at.end() + 20] for at in WRONG[language].finditer(said)]
            for path, page in pages.items()
            if WRONG[language].search(said := text_of(page))
        }
        assert wrong == {}
        assert language == "zh" or words_left(pages, KINDS[key]) == {}
