"""What a browser would send of a form, as its page holds it."""

from collections.abc import Mapping
from html.parser import HTMLParser

from app.web.forms import TOKEN_FIELD

Fields = dict[str, str | list[str]]


class _Forms(HTMLParser):
    """The fields of a page's forms as a browser would send them, by the path they go to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[tuple[str, str]]] = {}
        self._path = self._of = self._select = self._area = ""
        self._paths: dict[str, str] = {}
        self._beside: list[tuple[str, str, str]] = []
        self._options: list[tuple[str, bool]] = []
        self._typed: list[str] = []
        self._select_of = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._path = given.get("action", "")
            self.found[self._path] = []
            self._paths[given.get("id", "")] = self._path
        self._of = given.get("form", "")
        if (
            tag == "input"
            and "name" in given
            and (given.get("type") not in {"checkbox", "radio"} or "checked" in given)
        ):
            self._keep(given["name"], given.get("value", "on"))
        elif tag == "select":
            self._select, self._select_of, self._options = given["name"], self._of, []
        elif tag == "option":
            self._options.append((given["value"], "selected" in given))
        elif tag == "textarea":
            self._area, self._typed = given["name"], []

    def handle_data(self, data: str) -> None:
        if self._area:
            self._typed.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            chosen = [value for value, selected in self._options if selected]
            self._of = self._select_of
            self._keep(self._select, [*chosen, *(value for value, _ in self._options)][0])
        elif tag == "textarea":
            self._keep(self._area, "".join(self._typed))
            self._area = ""
        elif tag == "form":
            self._path = ""

    def _keep(self, name: str, value: str) -> None:
        if name == TOKEN_FIELD:
            return
        if self._of:
            self._beside.append((self._of, name, value))
        elif self._path:
            self.found[self._path].append((name, value))

    def close(self) -> None:
        """Give what stands beside its form to it, wherever on the page that is."""
        super().close()
        for form, name, value in self._beside:
            self.found[self._paths[form]].append((name, value))


def form_of(page: str, path: str) -> dict[str, list[str]]:
    """Return what the form of this path holds."""
    parser = _Forms()
    parser.feed(page)
    parser.close()
    fields: dict[str, list[str]] = {}
    for name, value in parser.found[path]:
        fields.setdefault(name, []).append(value)
    return fields


def posted(form: Mapping[str, list[str]]) -> Fields:
    """Return the fields of a form as a desk posts them: as a list what is one by its name, or has several values."""
    return {name: values if len(values) > 1 or name.endswith("[]") else values[0] for name, values in form.items()}


def sent(page: str, path: str, **changes: str | list[str]) -> Fields:
    """Return what would be sent of the form of this path, with something changed."""
    return posted(form_of(page, path)) | changes
