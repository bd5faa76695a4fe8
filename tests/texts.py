"""What a reader of a page sees or hears of it."""

from html.parser import HTMLParser

READ_ALOUD = frozenset({"alt", "aria-label", "placeholder", "title"})
VOID = frozenset({"input", "meta", "link", "br", "img", "hr", "wbr", "col", "source", "area"})


class Texts(HTMLParser):
    """Collects texts, each with how it is marked as Chinese: not, by the mark of a page, or "by hand" in a template.

    What has no language of its own (a title, what is read aloud of an attribute) counts as marked by the page; what
    somebody types over (a text area) is marked by hand.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.seen += [(found[name], "page") for name in READ_ALOUD & found.keys()]
        if tag not in VOID:
            language = found.get("lang", "")
            within = self._open[-1][1] if self._open else ""
            how = "page" if tag in {"bdi", "option"} else "by hand"
            self._open.append((tag, within if not language else how if language.startswith("zh") else ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag, marked = self._open[-1] if self._open else ("", "")
        if tag not in {"script", "style"}:
            self.seen.append((data, "page" if tag == "title" else "by hand" if tag == "textarea" else marked))
