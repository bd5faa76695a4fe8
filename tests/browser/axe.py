"""What axe finds fault with on a page; the contrast of text that looks like text judged before is not judged again.

Contrast takes nine tenths of axe's time, and the pages of one product look alike.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe, AxeResults
from playwright.sync_api import Page

WCAG: Mapping[str, Any] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
EVERY_RULE: Mapping[str, Any] = {"resultTypes": ["violations"]}
RUN = Path(__file__).with_name("axe_run.js").read_text("utf-8")
"""Only faults come back: to hand over what is in order as well takes as long as to look."""
_SOUND: set[str] = set()
"""The looks of text whose contrast axe found right in this process; what it finds wrong is found again everywhere."""


def axe_on(page: Page, within: str = "", options: Mapping[str, Any] = WCAG) -> AxeResults:
    """Let axe look at a page, or at a part of it; a document that it is in already need not read it again.

    Playwright evaluates outside the page's content security policy, so the policy stays on.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(RUN, [within, dict(options), sorted(_SOUND)])
    _SOUND.update(found.pop("sound"))
    return AxeResults(found)
