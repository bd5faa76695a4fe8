"""Rows of a preview as its page carries them on, to be checked anew when they are confirmed; nothing is stored."""

import json
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.core.errors import DomainError

FIELD_SIGNS: Final = 150_000
"""About so many signs stand in one field of the form."""
MOST_BYTES: Final = 2_300_000
"""Of all fields: what a form may bring, less what else is in it."""
Carried = TypeVar("Carried", bound=Sequence[str | None])


def carried(rows: Iterable[Sequence[str | None]]) -> list[str]:
    """Return the rows as fields of a form; DomainError ``import_too_much``."""
    fields, part, size = list[str](), list[str](), 0
    for row in rows:
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        if part and size + len(text) > FIELD_SIGNS:
            fields.append(f"[{','.join(part)}]")
            part, size = [], 0
        part.append(text)
        size += len(text)
    if part:
        fields.append(f"[{','.join(part)}]")
    if sum(len(field.encode()) for field in fields) > MOST_BYTES:
        raise DomainError("import_too_much")
    return fields


def brought(shape: TypeAdapter[list[Carried]], fields: Sequence[str]) -> list[Carried]:
    """Return the rows that a form brings back; DomainError ``form_malformed`` for what no page of ours carried."""
    try:
        rows = [row for field in fields for row in shape.validate_json(field)]
    except ValidationError as error:
        raise DomainError("form_malformed") from error
    if any(text and "\0" in text for row in rows for text in row):
        raise DomainError("form_malformed")
    return rows
