"""Wherever a page prints shares of many, it says which rows add up to another sum than the whole."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from starlette.testclient import TestClient

from app.campaigns import service as campaign_service
from app.campaigns.rules import GroupRow
from app.core.acting import Acting
from app.core.db import Database
from app.rounds.service import RoundDraft, create_round
from tests.cast import MORNING, Desks
from tests.publication import counted
from tests.publication.test_routes import OUTPUTS
from tests.publication.test_trends import one_campaign
from tests.publication.test_tryout import FIELDS, ZHANG, organise

NOTE = re.compile(r"各项合计 [\d.]+%（分别四舍五入，不作凑整）：([^<]*)")
SHARE = re.compile(r'<td class="num share"[^>]*>(?:<span class="own-label">[^<]*</span> )?([\d.]+)%</td>')


def odd_rows(page: str) -> Iterator[str]:
    """Yield the names of the rows whose printed shares are another sum than the whole."""
    for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL):
        shares = [Fraction(share) for share in SHARE.findall(row)]
        if shares and sum(shares) != 100:
            yield re.sub(r"<span.*|<[^>]*>", "", row.split('<th scope="row">')[1].split("</th>")[0]).strip()


def noted(page: str) -> list[str]:
    """Return the names that a page notes, as often as it does."""
    return parted(names.strip() for names in NOTE.findall(page))


def parted(names: Iterable[str]) -> list[str]:
    """Return names in order, parted at each 、 wherever it stands."""
    return sorted("、".join(names).split("、"))


def check(browser: TestClient, path: str) -> None:
    page = browser.get(path)
    assert page.status_code == 200, path
    odd = list(odd_rows(page.text))
    assert odd, path
    assert noted(page.text) == parted(odd), path


def test_it_works_on_every_page_of_results(client: TestClient, database: Database) -> None:
    papers = [counted.make_paper(title=title) for title in ("第一次", "第二次")]
    campaign = one_campaign(database, [counted.make_votes(paper) for paper in papers])
    round_id = papers[1].round_id
    assert counted.correct(database, round_id, {"g0": (1, 0)})
    leader = counted.log_in(client, database, "leader")
    for route in OUTPUTS:
        if "." not in route and "returns" not in route and not route.endswith("reports"):
            item = papers[1].section.items[0].key
            path = route.format(round_id=round_id, unit_id="u3", item=item, place=1, version=1)
            check(leader, f"{path}?shares=1")
    check(leader, f"/results/campaigns/{campaign}/units/u3")
    base = f"/results/{round_id}?shares=1"
    found = {
        name: noted(leader.get(f"{base}&q={name}").text) for name in (*odd_rows(leader.get(base).text), "县图书馆")
    }
    assert {name: odd for name, odd in found.items() if odd != [name]} == {"县图书馆": [""]}, (
        "of those alone that are shown"
    )


def test_it_works_on_what_is_tried(new_desk: Desks, database: Database) -> None:
    """Three groups of three times nine, a third each; and the examples before a freeze."""
    desk, campaign_id = organise(new_desk, database)
    thirds = {f"count-{row}-{place}": "9" if place < 3 else "" for row in (1, 2, 3) for place in range(5)}
    fields = "&".join(f"{name}={value.replace('%', '%25')}" for name, value in {**FIELDS, **thirds}.items())
    check(desk.client, f"/campaigns/{campaign_id}/tryout?{fields}")
    with database.writing() as session:
        more = [GroupRow("", f"{name}组", people) for name, people in counted.GROUPS.items()]
        campaign_service.save_groups(session, MORNING, ZHANG, campaign_id, more)
        round_id = create_round(Acting(session, MORNING, ZHANG), campaign_id, RoundDraft("第一轮", "t2", remarks=True))
    check(desk.client, f"/rounds/{round_id}/freeze")
