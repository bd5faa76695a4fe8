"""The English of the names on a page about the units of one campaign or several."""

from collections.abc import Iterable

from app.campaigns.english_reads import english_in
from app.web.desk import OpenDesk
from app.web.i18n import choose_language


def english_for(desk: OpenDesk, campaigns: Iterable[str]) -> dict[str, str]:
    """Return the English of names in these campaigns; a page in Chinese needs none."""
    return english_in(desk.session, {*campaigns}) if choose_language(desk.request) == "en" else {}
