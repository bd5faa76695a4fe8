"""Everything a voter can be told about who sees what, in both languages.

``python -m tests.booth.who_sees_what`` writes the text anew: what changed is then read in the difference.
"""

from collections.abc import Iterator
from pathlib import Path

from app.booth.privacy import SealedBy, Sentence, Setting, promises, viewers
from app.web.i18n import LANGUAGES, translate

SNAPSHOT = Path(__file__).with_name("who_sees_what.txt")
PLACES = {"https": (True, False), "plain http": (False, False), "this machine": (False, True)}
KEYS = ((1, 1), (2, 3), (0, 0))


def combinations() -> Iterator[tuple[str, Setting]]:
    """Yield every combination of what is in force, with a name for it."""
    for by in SealedBy:
        for place, (https, loopback) in PLACES.items():
            for key in KEYS:
                setting = Setting(by, https, loopback, key, k=5, remarks=True, remark_k=10)
                yield f"sealed by the {by}, {place}, keys {key[0]} of {key[1]}", setting
    kiosk = Setting(SealedBy.PHONE, https=True, loopback=False, key=(2, 3), k=5, remarks=True, remark_k=10, kiosk=True)
    yield "sealed by a machine for whoever has no phone", kiosk


def told() -> str:
    """Return all combinations as text."""
    return "".join(
        f"== {name}, {lang}\n{_page(lang, setting)}" for name, setting in combinations() for lang in LANGUAGES
    )


def _page(language: str, setting: Setting) -> str:
    lines = [_line(language, sentence) for sentence in promises(setting)]
    for viewer in viewers(setting):
        lines.append(f"[{translate(language, viewer.who)}]")
        lines += [_line(language, sentence) for sentence in viewer.sentences]
    return "".join(f"{line}\n" for line in lines)


def _line(language: str, sentence: Sentence) -> str:
    text = translate(language, sentence.text)
    text = text % dict(sentence.params) if sentence.params else text
    return f"! {text}" if sentence.warning else f"- {text}"


if __name__ == "__main__":
    SNAPSHOT.write_text(told(), encoding="utf-8")
