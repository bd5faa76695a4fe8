"""The text of a frozen paper, and what it says; a text is parsed while no transaction is held (SEC-72)."""

import json
from collections.abc import Collection
from functools import partial
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from app.core.apart import made_apart
from app.core.holding import hold_nothing
from app.core.lately import Lately
from app.rounds.domain import Paper

FORMAT = 2
"""Format of a frozen paper's text: sections, each of objects x items. What an older text leaves out has a default."""
KEPT: Final = 256
WORK: Final = "reading a paper"
_PAPER = TypeAdapter(Paper)
_kept: Lately[Paper] = Lately(KEPT)


def papers_in(session: Session, texts: Collection[str]) -> dict[str, Paper]:
    """Return the papers of texts that were read in a session, by their texts (``core.apart``)."""
    wanted = {text: _kept.get(text) for text in texts}
    known = {text: paper for text, paper in wanted.items() if paper is not None}
    return made_apart(session, WORK, {text: partial(parse_paper, text) for text in texts if text not in known}, known)


def parse_paper(text: str) -> Paper:
    """Return the paper of its text, of this format or the first; kept from lately, because it never changes.

    Refused to who holds a transaction: he asks ``papers_in``.
    """
    hold_nothing(WORK)
    paper = _kept.get(text)
    if paper is None:
        paper = _parsed(text)
        _kept.put(text, paper)
    return paper


def _parsed(text: str) -> Paper:
    fields = json.loads(text)
    if fields.pop("format", 1) == FORMAT:
        titled = {"form_title": fields.pop("form_title")} if "form_title" in fields else {}
        fields["parts"] = [_part({**titled, **section}) for section in fields.pop("sections")]
    else:
        fields["parts"] = [{name: fields.pop(name) for name in ("form_title", "items", "units")}]
    return _PAPER.validate_json(json.dumps(fields))


def _part(section: dict[str, Any]) -> dict[str, Any]:
    units = section.pop("objects")
    kind = {"objects": section.pop("kind")} if "kind" in section else {}
    return {**section, **kind, "units": units}


def _section(part: dict[str, Any]) -> dict[str, Any]:
    kind, units = part.pop("objects"), part.pop("units")
    told = {name: value for name, value in part.items() if value is not None and (value or name != "self_cell")}
    return {**told, "kind": kind, "objects": units}


def paper_text(paper: Paper) -> str:
    """Return the JSON text of a paper that is frozen now; its hash is what envelopes are bound to."""
    fields = _PAPER.dump_python(paper, mode="json")
    sections = [_section(part) for part in fields.pop("parts")]
    return json.dumps({"format": FORMAT, **fields, "sections": sections}, ensure_ascii=False, separators=(",", ":"))
