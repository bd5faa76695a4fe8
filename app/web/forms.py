"""Reading posted forms strictly: what is doubtful is refused with a clear message, never guessed."""

import hmac
import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, cast
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from python_multipart.exceptions import MultipartParseError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.core.errors import DomainError
from app.core.folding import clean_name, plain_number

MAX_FIELDS = 14_000
"""Room for a mark for each of 12 items of 1,000 objects and a remark to each; the hall check names what takes more."""
TOKEN_FIELD = "form_token"  # noqa: S105 - the name of the field, not a secret
REPEATABLE_SUFFIX = "[]"
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}")
# The parser tells the log about every malformed body: whoever posts could fill it (SEC-60).
logging.getLogger("python_multipart").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file; its name is what a browser said, nothing to rely on."""

    name: str
    content: bytes


class PostedForm:
    """Fields of a posted form; each name stands once, but for those that end in ``[]``."""

    def __init__(
        self, fields: dict[str, list[str]], files: dict[str, bytes], names: dict[str, str] | None = None
    ) -> None:
        self._fields = fields
        self._files = files
        self._names = names or {}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._fields)

    def text(self, name: str, limit: int = 200, *, label: str, needed: bool = True) -> str:
        """Return a trimmed field; one too long, or missing though ``needed``, is refused by what its page calls it."""
        value = self._trimmed(name)
        if needed and not value:
            raise DomainError("field_missing", field=label, at=name)
        if len(value) > limit:
            raise DomainError("field_too_long", field=label, limit=limit, at=name)
        return value

    def name(self, name: str, limit: int, *, label: str, needed: bool = True) -> str:
        """Return a name as it is kept: on one line, without signs that nobody sees; refused as by ``text``."""
        value = clean_name(self.text(name, limit, needed=needed, label=label))
        if needed and not value:
            raise DomainError("field_missing", field=label, at=name)
        return value

    def integer(self, name: str, low: int, high: int, *, label: str) -> int:
        """Return a whole number between ``low`` and ``high``; a Chinese keyboard types its digits at full width."""
        value = plain_number(self.text(name, 20, label=label))
        if not (WHOLE_NUMBER.fullmatch(value) and low <= int(value) <= high):
            raise DomainError("field_not_a_number", field=label, low=low, high=high, at=name)
        return int(value)

    def sent(self, name: str, limit: int = 64, *, needed: bool = False) -> str:
        """Return what a page puts into a field of its own, a key or a choice: nobody types it, so it has no label."""
        value = self._trimmed(name)
        if len(value) > limit or (needed and not value):
            raise DomainError("form_malformed")
        return value

    def sent_number(self, name: str, low: int, high: int) -> int:
        """Return a whole number that a page puts into a field of its own."""
        value = self.sent(name, 20)
        if not (WHOLE_NUMBER.fullmatch(value) and low <= int(value) <= high):
            raise DomainError("form_malformed")
        return int(value)

    def is_filled(self, name: str) -> bool:
        """Whether anything but white space was typed."""
        return bool(self._trimmed(name))

    def _trimmed(self, name: str) -> str:
        return self._fields.get(name, [""])[0].strip()

    def flag(self, name: str) -> bool:
        """Whether a box was ticked."""
        return name in self._fields

    def several(self, name: str) -> list[str]:
        """Return all values of a repeatable field."""
        return [value.strip() for value in self._fields.get(name, [])]

    def file(self, name: str) -> bytes:
        """Return an uploaded file; refuse when there is none."""
        data = self._files.get(name, b"")
        if not data:
            raise DomainError("file_missing")
        return data

    def upload(self, name: str) -> "Upload | None":
        """Return an uploaded file with the name its sender gave it, or None where none was chosen."""
        data = self._files.get(name, b"")
        return Upload(self._names.get(name, ""), data) if data else None

    def without(self, names: Collection[str]) -> "PostedForm":
        """Return the form without these fields."""
        fields = {name: values for name, values in self._fields.items() if name not in names}
        return PostedForm(fields, self._files, self._names)

    @property
    def has_files(self) -> bool:
        """Whether a file came with it."""
        return any(self._files.values())

    def pairs(self) -> list[tuple[str, str]]:
        """Return every field with each of its values, as they were sent; no files."""
        return [(name, value) for name, values in self._fields.items() for value in values]

    def as_dict(self) -> dict[str, str]:
        """Return the first value of every field, for showing a refused form again."""
        return {name: values[0] for name, values in self._fields.items()}


def form_token(secret: bytes, owner: str) -> str:
    """Return the token that a form of ``owner`` (a session, or ``"anyone"``) must bring back."""
    return hmac.new(secret, b"form\0" + owner.encode(), sha256).hexdigest()[:32]


def _checked(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise DomainError("form_malformed")
        if name in fields and not name.endswith(REPEATABLE_SUFFIX):
            raise DomainError("form_duplicate_field")
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return fields


def parse_urlencoded(body: bytes) -> PostedForm:
    """Parse ``application/x-www-form-urlencoded``; refuse NUL, bad UTF-8, repeated and too many fields."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise DomainError("form_malformed") from error
    return PostedForm(_checked(pairs), {})


class _StrictParser(MultiPartParser):
    """Keeps uploads in memory (those above 1 MB would else go through a file on disk, SEC-56); UTF-8 or nothing."""

    spool_max_size = 4 * 1024**2

    def on_part_end(self) -> None:
        """Refuse a field that is not UTF-8, before it is read as Latin-1 instead."""
        if self._current_part.file is None:
            try:
                self._current_part.data.decode()
            except UnicodeDecodeError as error:
                raise MultiPartException(str(error.reason)) from error
        super().on_part_end()


async def _parse_multipart(request: Request) -> PostedForm:
    parser = _StrictParser(request.headers, request.stream(), max_files=2, max_fields=MAX_FIELDS)
    try:
        form = await parser.parse()
    except (MultiPartException, MultipartParseError, LookupError, ValueError) as error:
        raise DomainError("form_malformed") from error
    pairs, files, names = [], {}, {}
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name], names[name] = await value.read(), value.filename or ""
            else:
                pairs.append((name, value))
    finally:
        await form.close()
    return PostedForm(_checked(pairs), files, names)


def check_form_token(request: Request, form: PostedForm, *owners: str) -> None:
    """Refuse a form that did not come from one of our pages, made for one of these owners."""
    secret, given = request.app.state.key_folder.form_secret(), form.sent(TOKEN_FIELD, 64).encode()
    if not any(hmac.compare_digest(form_token(secret, owner).encode(), given) for owner in owners):
        raise DomainError("form_token_wrong")


def form_owner(request: Request) -> str:
    """Return whose forms this request may post: the log-in session's, or anyone's."""
    return cast("str", getattr(request.state, "session_key", "anyone"))


async def read_form(request: Request) -> PostedForm:
    """Parse the posted form of a staff page and check its token."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        form = parse_urlencoded(await request.body())
    elif kind == "multipart/form-data":
        form = await _parse_multipart(request)
    else:
        raise DomainError("form_wrong_kind")
    request.state.posted = form
    return form


def _token_checked(request: Request, form: Annotated[PostedForm, Depends(read_form)]) -> PostedForm:
    # A plain function, run after the role guard has found the session whose token it must be.
    request.app.state.authenticate(request)
    check_form_token(request, form, form_owner(request))
    return form


Form = Annotated[PostedForm, Depends(_token_checked)]
AnonymousForm = Annotated[PostedForm, Depends(read_form)]
