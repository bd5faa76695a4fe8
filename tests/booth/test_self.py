"""本人 without scripts: the pages and what is posted are as long for who is rated as for everybody else (SEC-12)."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app.campaigns.domain import Objects
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.domain import SELF
from tests.booth.test_routes import open_paper, read
from tests.factories import make_open_round, make_paper


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_review_is_as_long_for_who_is_rated(
    client: TestClient, database: Database, folder: KeyFolder, lang: str
) -> None:
    paper = make_paper(4, 2, remarks=False, remark_bytes=0)
    part = replace(paper.parts[0], objects=Objects.PERSON, self_cell=True)
    place = make_open_round(database, folder, replace(paper, parts=(part,)))
    lengths = set()
    for own in (None, 0, 3):
        form = read(open_paper(client, place.codes["residents"][0]))
        marks = {name: str(SELF) if own is not None and name.startswith(f"m{own}-") else "1" for name in form.names}
        assert len(marks) == 8
        page = client.post(form.action, data={**form.fields, **marks, "lang": lang})
        assert page.status_code == 200
        assert page.text.count("Myself" if lang == "en" else "本人<") == (0 if own is None else 2)
        lengths.add(len(page.content))
    assert len(lengths) == 1


def test_half_a_row_is_refused_with_what_to_do(client: TestClient, database: Database, folder: KeyFolder) -> None:
    paper = make_paper(4, 2, remarks=False, remark_bytes=0)
    part = replace(paper.parts[0], objects=Objects.PERSON, self_cell=True)
    place = make_open_round(database, folder, replace(paper, parts=(part,)))
    form = read(open_paper(client, place.codes["residents"][0]))
    marks = dict.fromkeys(form.names, "1") | {"m2-0": str(SELF)}
    page = client.post(form.action, data={**form.fields, **marks})
    assert page.status_code == 422
    assert "有的项选了“本人”" in page.text
    kept = read(page, "/v/review").checked
    assert kept == marks
