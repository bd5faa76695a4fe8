"""Lists of every kind come into a campaign the same way: shown again when refused, saved only into what was checked."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.campaigns.importing import refuse_changed
from app.campaigns.models import Campaign
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.web.forms import TOKEN_FIELD
from tests.campaigns.test_section_service import Bench
from tests.cast import Desk, refuses


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_it_works(bench: Bench) -> None:
    campaign = bench.view
    with bench.database.reading() as session:
        refuse_changed(session, campaign)


def test_it_refuses_to_save_into_a_campaign_that_was_changed_meanwhile(bench: Bench) -> None:
    campaign = bench.view
    with bench.database.writing() as session:
        session.get_one(Campaign, bench.id).title = "别的活动"
        session.flush()
        with refuses("campaign_changed"):
            refuse_changed(session, campaign)


@pytest.mark.parametrize("path", ["import", "import/sections"])
def test_what_is_no_workbook_is_refused_where_it_was_uploaded(
    settings: Settings, bench: Bench, new_client: Callable[[], TestClient], path: str
) -> None:
    desk = Desk(new_client(), bench.database, KeyFolder(settings.data / "keys"), "zhangsan")
    root = f"/campaigns/{bench.id}/{path}"
    assert desk.get(f"{root}/template.xlsx").content[:2] == b"PK"
    wrong = desk.client.post(root, data={TOKEN_FIELD: desk.form_token}, files={"workbook": ("a.xlsx", b"no workbook")})
    assert wrong.status_code == 422
    assert f'action="{root}"' in wrong.text
    again = desk.post(f"{root}/confirm", rows="[]")
    assert again.status_code in {400, 422}
    assert f'action="{root}"' in again.text
