"""What leads to a file that is in Chinese alone says so on an English page, and nothing else does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from app.web.i18n import english
from app.web.pages import APP

LINK: Final = re.compile(r"<a\b[^>]*\bhref=\"([^\"]*\.(?:docx|xlsx|pdf|zip)[^\"]*)\"[^>]*>(.*?)</a>", re.DOTALL)
SENTENCE: Final = re.compile(r'_\("([^"]+)"')
OF_THE_READER: Final = re.compile(
    r"/(report\.docx|scrutiny\.docx|brief\.pdf|export\.xlsx|letters\.zip|letter\.docx|notice\.pdf)$"
)
"""Files in the language of the page that leads to them."""
BUTTONS: Final = ("下载简报（Word）", "下载通报（Word）", "生成并下载归档包", "生成并下载测评票 PDF")
"""What makes a file that is Chinese by a form."""


def links() -> Iterator[tuple[str, str, str]]:
    """Yield template, address and label of every link to a file."""
    for path in sorted(Path(APP / "templates").rglob("*.html")):
        for address, inside in LINK.findall(path.read_text("utf-8")):
            sentence = SENTENCE.search(inside)
            yield path.name, address, sentence[1] if sentence else ""


@pytest.mark.parametrize(("template", "address", "label"), [pytest.param(*each, id=each[1]) for each in links()])
def test_a_link_says_whether_its_file_is_chinese(template: str, address: str, label: str) -> None:
    assert label, f"{template}: {address}"
    is_chinese = OF_THE_READER.search(address) is None
    assert ("in Chinese" in english()[label]) is is_chinese, english()[label]


def test_it_looks_at_all_of_them() -> None:
    found = {address.rpartition("/")[2] for _, address, _ in links()}
    assert {"notice.docx", "summary.docx", "plan.docx", "template.xlsx", "objects.xlsx", "brief.pdf"} <= found


@pytest.mark.parametrize("label", BUTTONS)
def test_a_button_says_so_too(label: str) -> None:
    assert "in Chinese" in english()[label]
    assert any(f'_("{label}")' in path.read_text("utf-8") for path in (APP / "templates").rglob("*.html"))
