"""Frozen settings, built once in ``main``. Every one is described in docs/deploy.md (a test compares)."""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.core.audiences import EVERYONE, Audience

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MAIL_HOST = re.compile(r"[A-Za-z0-9.:-]*")
ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - refused, not listened on
"""Hosts that a server may listen on and that no phone can open."""
LABEL = re.compile(r"(?!-)[^\s/.]{1,63}(?<!-)")
"""A part of a host's name."""
DRIVERS = ("sqlite", "postgresql+psycopg")
NO_PORT = "names no port between 1 and 65535"
LAST_PORT: Final = 65535
PREFIX: Final = "MANYIDU_"
LEAST_LOG_DAYS: Final = 180
"""What the law asks for: logs of a network are kept for six months at least (网络安全法 §21)."""
MOST_LOG_DAYS: Final = 36_500
EXAMPLES: Final[Mapping[str, str]] = {
    "DATA": "/srv/manyidu/data",
    "DATABASE_URL": "postgresql://manyidu@127.0.0.1/manyidu",
    "BASE_URL": "https://vote.example.cn",
    "DESK_URL": "http://127.0.0.1:8001",
    "ALLOW_HTTP": "1",
    "THREE_ROLES": "1",
    "ORGANISER_TOTP": "1",
    "POOL_SIZE": "20",
    "LOG_DAYS": "365",
    "ARCHIVE_DAYS": "60",
    "SMTP_HOST": "mail.example.cn",
    "SMTP_PORT": "587",
    "SMTP_FROM": "notice@example.cn",
    "SMTP_USER": "manyidu",
    "SMTP_PASSWORD": "…",
    "SMTP_SECURITY": "starttls",
}
"""What each setting may look like, for whoever set it to something that cannot work."""
SECRETS: Final = ("SMTP_PASSWORD", "DATABASE_URL")
"""Settings whose value is never repeated: it holds a password, or may."""


class MailSecurity(StrEnum):
    """How the way to the mail server is kept private; the certificate is checked in both."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Settings(BaseSettings):
    """Settings of one installation; environment variables carry the prefix ``MANYIDU_``."""

    model_config = SettingsConfigDict(env_prefix="MANYIDU_", frozen=True, extra="ignore", hide_input_in_errors=True)

    data: Path = Path("data")
    """Folder of the SQLite file and, below ``keys/``, of the key folder."""
    database_url: str = Field("", validation_alias=AliasChoices("MANYIDU_DATABASE_URL", "DATABASE_URL"))
    """Empty: the embedded SQLite file. Otherwise ``postgresql+psycopg://…``."""
    base_url: str = "http://127.0.0.1:8000"
    """The address that stands on slips; requests for another host are refused (SEC-58)."""
    desk_url: str = ""
    """The address of staff where it is another than the voters'; empty: ``base_url``."""
    allow_http: bool = False
    """Allow a plain-http address other than loopback, with a red line on every page (SEC-50)."""
    three_roles: bool = False
    """Accounts are made by a ``sysadmin``, roles given by a ``secadmin`` (三员); organisers then do neither."""
    organiser_totp: bool = False
    """Organisers need a second factor: without one they reach the page that sets it up and nothing else."""
    pool_size: int = Field(20, ge=1, le=1_000)
    """Database connections per process."""
    log_days: int = LEAST_LOG_DAYS
    """For how many days at least the log of acts and of reading is kept; nothing of ours ever shortens it."""
    archive_days: int = Field(60, ge=0, le=3_650)
    """So many days after its count a published round should be archived; 0: no day is named. Nothing is forced."""
    smtp_host: str = ""
    """Mail server that takes reminders of 督办; empty: no mail."""
    smtp_port: int = Field(587, ge=1, le=LAST_PORT)
    """Port of the mail server."""
    smtp_from: str = ""
    """Sender's address of reminders."""
    smtp_user: str = ""
    """Log-in name at the mail server; empty: none."""
    smtp_password: SecretStr = SecretStr("")
    """Password at the mail server."""
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    """How the way to the mail server is kept private."""

    @field_validator("base_url")
    @classmethod
    def _plain_origin(cls, value: str) -> str:
        return _origin(value)

    @field_validator("desk_url")
    @classmethod
    def _plain_origin_or_none(cls, value: str) -> str:
        return _origin(value) if value else value

    @field_validator("data", mode="before")
    @classmethod
    def _named_folder(cls, value: object) -> object:
        if not str(value).strip() or "\0" in str(value):
            message = "names no folder"
            raise ValueError(message)
        return value

    @field_validator("log_days")
    @classmethod
    def _as_long_as_the_law_asks(cls, value: int) -> int:
        if not LEAST_LOG_DAYS <= value <= MOST_LOG_DAYS:
            asked = "the law asks that logs are kept for six months at least"
            message = f"must be {LEAST_LOG_DAYS} to {MOST_LOG_DAYS} days; {asked}"
            raise ValueError(message)
        return value

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, value: str) -> str:
        for short in ("postgresql://", "postgres://"):
            if value.startswith(short):
                value = "postgresql+psycopg://" + value.removeprefix(short)
        driver, found, rest = value.partition("://")
        if value and (not found or driver not in DRIVERS):
            message = "is the address of no database that can be used, which are SQLite and PostgreSQL"
            raise ValueError(message)
        if driver == "sqlite" and rest.strip("/") in {"", ":memory:"}:
            message = "is a database in memory, which would lose every ballot"
            raise ValueError(message)
        _check_database_port(value)
        return value

    @model_validator(mode="after")
    def _no_plain_http_by_accident(self) -> "Settings":
        if not self.allow_http and any(_is_plain(url) and not is_loopback(url) for url in self.addresses(EVERYONE)):
            message = (
                f"MANYIDU_BASE_URL={self.base_url} MANYIDU_DESK_URL={self.desk_url}: plain http on a network lets "
                "anyone in it read and change votes; use an https address, for example "
                "MANYIDU_BASE_URL=https://vote.example.cn, or set MANYIDU_ALLOW_HTTP=1 if you accept that"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _no_careless_mail(self) -> "Settings":
        password = self.smtp_password.get_secret_value()
        wrong = {
            f"MANYIDU_SMTP_HOST={self.smtp_host!r}: must be the name or address of a mail server; for example "
            "MANYIDU_SMTP_HOST=mail.example.cn": not MAIL_HOST.fullmatch(self.smtp_host),
            f"MANYIDU_SMTP_FROM={self.smtp_from!r}: must be the sender's address where MANYIDU_SMTP_HOST is set; for "
            "example MANYIDU_SMTP_FROM=notice@example.cn": (
                self.sends_mail and not MAIL_ADDRESS.fullmatch(self.smtp_from)
            ),
            f"MANYIDU_SMTP_USER={self.smtp_user!r} and MANYIDU_SMTP_PASSWORD go together: set both, for example "
            "MANYIDU_SMTP_USER=manyidu MANYIDU_SMTP_PASSWORD=…, or neither": bool(self.smtp_user) != bool(password),
            "MANYIDU_SMTP_SECURITY=none would send the password readable over the network; use starttls or tls, for "
            "example MANYIDU_SMTP_SECURITY=starttls": (
                bool(password) and self.smtp_security == MailSecurity.NONE and self.smtp_host not in LOOPBACK
            ),
        }
        for message, applies in wrong.items():
            if applies:
                raise ValueError(message)
        return self

    @property
    def sends_mail(self) -> bool:
        """Whether mail is switched on."""
        return bool(self.smtp_host)

    @property
    def desk_address(self) -> str:
        """The address at which staff reach us."""
        return self.desk_url or self.base_url

    def addresses(self, audiences: Collection[Audience]) -> frozenset[str]:
        """Return the addresses at which these audiences reach us."""
        of = {Audience.BOOTH: self.base_url, Audience.DESK: self.desk_address}
        return frozenset(of[audience] for audience in audiences)

    @property
    def https(self) -> bool:
        """Whether voters reach us over TLS."""
        return not _is_plain(self.base_url)

    @property
    def desk_https(self) -> bool:
        """Whether staff reach us over TLS."""
        return not _is_plain(self.desk_address)

    @property
    def loopback(self) -> bool:
        """Whether the voters' address is this machine only."""
        return is_loopback(self.base_url)

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.sqlalchemy_url.startswith("sqlite")

    @property
    def sqlalchemy_url(self) -> str:
        """The database to use."""
        return self.database_url or f"sqlite:///{self.data / 'manyidu.sqlite3'}"


def _origin(value: str) -> str:
    """Return an address as browsers write it; ValueError unless a browser can open it and a QR hold nothing more."""
    parts = urlsplit(value)
    more = (parts.path.strip("/"), parts.query, parts.fragment, parts.username, parts.password)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(more) or re.search(r"[\s\\]", parts.netloc):
        message = "is no plain address with http:// or https:// and a host"
        raise ValueError(message)
    _check_own_port(parts)
    if ":" not in parts.hostname and not all(map(LABEL.fullmatch, parts.hostname.rstrip(".").split("."))):
        message = f"{parts.hostname} is the name of no machine"
        raise ValueError(message)
    if parts.hostname in ANYWHERE:
        message = "is an address to listen on; no phone can open it"
        raise ValueError(message)
    usual = ":443" if parts.scheme == "https" else ":80"
    host = parts.netloc.lower().removesuffix(usual).encode("idna").decode()
    return f"{parts.scheme}://{host}"


def _check_own_port(parts: SplitResult) -> None:
    try:
        port = parts.port
    except ValueError:
        raise ValueError(NO_PORT) from None
    if port == 0 or parts.netloc.endswith(":"):
        raise ValueError(NO_PORT)


def _check_database_port(address: str) -> None:
    """Ask whoever will use the address, who reads passwords otherwise than a browser; no error may quote them."""
    try:
        port = make_url(address).port if address else None
    except (ArgumentError, ValueError):
        raise ValueError(NO_PORT) from None
    if port is not None and not 1 <= port <= LAST_PORT:
        raise ValueError(NO_PORT)


def complaints(error: ValidationError) -> Iterator[str]:
    """Yield a sentence for each setting that cannot work: its name, its value unless secret, why, and an example."""
    for problem in error.errors():
        why = str(problem["msg"]).removeprefix("Value error, ")
        if not problem["loc"]:
            yield why
            continue
        name = str(problem["loc"][0]).upper().removeprefix(PREFIX)
        value = "" if name in SECRETS else f"={problem['input']}"
        why = "must be 1 (yes) or 0 (no)" if problem["type"] == "bool_parsing" else why
        yield f"{PREFIX}{name}{value}: {why}; for example {PREFIX}{name}={EXAMPLES[name]}"


def unknown_settings(names: Collection[str]) -> Iterator[str]:
    """Yield a sentence for each name of the environment that looks like a setting of ours and is none."""
    for name in sorted(names):
        if name.startswith(PREFIX) and (own := name.removeprefix(PREFIX)) not in EXAMPLES:
            (near,) = get_close_matches(own, EXAMPLES, n=1, cutoff=0.0)
            yield f"{name} is no setting; perhaps you mean {PREFIX}{near}, for example {PREFIX}{near}={EXAMPLES[near]}"


def _is_plain(address: str) -> bool:
    return address.startswith("http://")


def is_loopback(address: str) -> bool:
    """Whether nobody but this machine itself reaches an address: no phone does."""
    return (urlsplit(address).hostname or "") in LOOPBACK


def hosts_of(address: str) -> frozenset[str]:
    """Return the values of the Host header that stand for an address of ours."""
    parts = urlsplit(address)
    if not is_loopback(address):
        return frozenset({parts.netloc})
    suffix = f":{parts.port}" if parts.port else ""
    return frozenset({parts.netloc, *(f"{name}{suffix}" for name in ("127.0.0.1", "localhost", "[::1]"))})
