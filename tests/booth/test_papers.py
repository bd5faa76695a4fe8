"""The paper as it goes out: one page for a whole group, of one length, with each voter's own code and number in it."""

import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from httpx import Response
from starlette.requests import Request
from starlette.testclient import TestClient

from app.booth import pages
from app.booth.domain import Sheet
from app.booth.pages import PrintedPaper
from app.booth.papers import Kind, Shelf
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.domain import Layout
from app.slips.codes import format_code
from app.web.spliced import splice
from tests.booth.phones import SAME_SITE
from tests.factories import OpenRound, make_open_round, make_paper


@pytest.fixture
def place(database: Database, settings: Settings) -> OpenRound:
    return make_open_round(database, KeyFolder(settings.data / "keys"), make_paper(8, 6), codes_each=20)


def open_paper(client: TestClient, code: str, encoding: str = "gzip", **fields: str) -> Response:
    headers = {**SAME_SITE, "accept-encoding": encoding}
    response: Response = client.post("/v/paper", data={"code": code, "lang": "zh", **fields}, headers=headers)
    return response


def raw(client: TestClient, code: str, **fields: str) -> bytes:
    """Return the page as it goes over the wire."""
    headers = {**SAME_SITE, "accept-encoding": "gzip"}
    with client.stream("POST", "/v/paper", data={"code": code, "lang": "zh", **fields}, headers=headers) as response:
        assert response.status_code == 200
        body = b"".join(response.iter_raw())
        assert len(body) == int(response.headers["content-length"])
        return body


def test_it_works(client: TestClient, place: OpenRound) -> None:
    code = place.codes["residents"][0]
    packed = open_paper(client, format_code(code).lower())
    plain = open_paper(client, code, "identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.headers["cache-control"] == plain.headers["cache-control"] == "no-store"
    assert len(packed.text) == len(plain.text)
    for response in (packed, plain):
        assert f'name="code" value="{code}"' in response.text
        assert response.text.endswith("</html>")


def test_a_long_paper_names_its_script_ahead(client: TestClient, database: Database, settings: Settings) -> None:
    """So that the script comes beside the paper and not a round trip after it."""
    keys = KeyFolder(settings.data / "keys")
    long = make_open_round(database, keys, make_paper(20, 3, layout=Layout.PAGED), codes_each=1)
    short = make_open_round(database, keys, make_paper(3, 3), codes_each=1)
    answer = open_paper(client, long.codes["residents"][0])
    assert f'src="{answer.headers["x-ahead"]}" data-layout-script' in answer.text
    assert client.get(answer.headers["x-ahead"]).status_code == 200
    assert "x-ahead" not in open_paper(client, short.codes["residents"][0]).headers


def test_all_codes_of_a_group_get_pages_of_one_length(client: TestClient, place: OpenRound) -> None:
    """SEC-12: neither the code, nor how it was typed, nor who asks changes the size."""
    for group, codes in place.codes.items():
        typed = [*codes, format_code(codes[0]), codes[1].lower()]
        assert len({len(raw(client, code)) for code in typed}) == 1, group


def test_the_page_is_one_member_as_browsers_want_it(client: TestClient, place: OpenRound) -> None:
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    text = reader.decompress(raw(client, place.codes["residents"][0]))
    assert text.endswith(b"</html>")
    assert (reader.eof, reader.unused_data) == (True, b"")


def test_two_voters_differ_in_code_and_number_alone(client: TestClient, place: OpenRound) -> None:
    one, other = (open_paper(client, code).text for code in place.codes["residents"][:2])
    codes = place.codes["residents"]
    assert one.replace(codes[0], codes[1]) == other


def test_the_order_belongs_to_the_slip(client: TestClient, database: Database, settings: Settings) -> None:
    place = make_open_round(database, KeyFolder(settings.data / "keys"), make_paper(8, 2, shuffle_units=True))
    texts = [open_paper(client, place.codes["residents"][at]).text for at in (0, 0, 1)]
    seeds = [text.split('data-shuffle="')[1].split('"')[0] for text in texts]
    assert [len(seed) for seed in seeds] == [32, 32, 32]
    assert seeds[0] == seeds[1] != seeds[2]
    assert len({len(raw(client, code)) for code in place.codes["residents"]}) == 1


def test_group_language_and_size_each_have_their_page(client: TestClient, place: OpenRound) -> None:
    code = place.codes["residents"][0]
    first = open_paper(client, code).text
    assert 'id="large" name="large" value="1" form="ballot" checked' not in first
    assert 'id="large" name="large" value="1" form="ballot" checked' in open_paper(client, code, large="1").text
    assert '<html lang="en">' in open_paper(client, code, lang="en").text
    assert place.paper.units[0].name not in open_paper(client, place.codes["staff"][0]).text


def test_a_paper_is_rendered_once(client: TestClient, place: OpenRound, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = []
    print_paper = pages.print_paper

    def counted(request: Request, sheet: Sheet) -> PrintedPaper:
        printed.append(sheet.group_id)
        return print_paper(request, sheet)

    monkeypatch.setattr(pages, "print_paper", counted)
    for group in ("residents", "staff"):
        for code in place.codes[group]:
            raw(client, code)
    assert printed == ["residents", "staff"]


def paper(text: bytes) -> PrintedPaper:
    return PrintedPaper(splice([text], []), ())


def kind(number: int) -> Kind:
    return Kind(str(number), "g", "zh", large=False, kiosk=False)


def test_the_shelf_keeps_what_was_asked_for_last() -> None:
    shelf = Shelf(room=2)
    for number in (1, 2, 1, 3):
        shelf.find_or_print(kind(number), lambda: paper(b"x"))
    assert shelf.find(kind(1)) is not None
    assert shelf.find(kind(2)) is None
    assert shelf.find(kind(3)) is not None


def test_a_hall_that_comes_at_once_prints_once() -> None:
    shelf, printed = Shelf(), []

    def print_one() -> PrintedPaper:
        printed.append(1)
        return paper(b"x")

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: shelf.find_or_print(kind(1), print_one), range(50)))
    assert len(printed) == 1
    assert len({id(one) for one in found}) == 1
