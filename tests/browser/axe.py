"""What axe finds fault with on a page."""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.sync_playwright import Axe, AxeResults
from playwright.sync_api import Page

WCAG: Mapping[str, Any] = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
EVERY_RULE: Mapping[str, Any] = {"resultTypes": ["violations"]}
RUN = "([within, options]) => axe.run(within || document, options).then(({ violations }) => ({ violations }))"
"""Only faults come back: to hand over what is in order as well takes as long as to look."""


def axe_on(page: Page, within: str = "", options: Mapping[str, Any] = WCAG) -> AxeResults:
    """Let axe look at a page, or at a part of it; a document that it is in already need not read it again.

    Playwright evaluates outside the page's content security policy, so the policy stays on.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return AxeResults(page.evaluate(RUN, [within, dict(options)]))
