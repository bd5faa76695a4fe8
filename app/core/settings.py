"""Frozen settings, built once in ``main``. Every one is described in docs/deploy.md (a test compares)."""

import re
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.audiences import EVERYONE, Audience

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MAIL_HOST = re.compile(r"[A-Za-z0-9.:-]*")


class MailSecurity(StrEnum):
    """How the way to the mail server is kept private; the certificate is checked in both."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Settings(BaseSettings):
    """Settings of one installation; environment variables carry the prefix ``MANYIDU_``."""

    model_config = SettingsConfigDict(env_prefix="MANYIDU_", frozen=True, extra="ignore")

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
    pool_size: int = 20
    """Database connections per process."""
    smtp_host: str = ""
    """Mail server that takes reminders of 督办; empty: no mail."""
    smtp_port: int = Field(587, ge=1, le=65535)
    """Port of the mail server."""
    smtp_from: str = ""
    """Sender's address of reminders."""
    smtp_user: str = ""
    """Log-in name at the mail server; empty: none."""
    smtp_password: SecretStr = SecretStr("")
    """Password at the mail server."""
    smtp_security: MailSecurity = MailSecurity.STARTTLS
    """How the way to the mail server is kept private."""

    @field_validator("base_url", "desk_url")
    @classmethod
    def _plain_origin(cls, value: str, info: ValidationInfo) -> str:
        if not value and info.field_name == "desk_url":
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            message = f"MANYIDU_{str(info.field_name).upper()} must look like https://vote.example.cn"
            raise ValueError(message)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @field_validator("database_url")
    @classmethod
    def _name_the_driver(cls, value: str) -> str:
        for short in ("postgresql://", "postgres://"):
            if value.startswith(short):
                return "postgresql+psycopg://" + value.removeprefix(short)
        return value

    @model_validator(mode="after")
    def _no_plain_http_by_accident(self) -> "Settings":
        if not self.allow_http and any(_is_plain(url) and not is_loopback(url) for url in self.addresses(EVERYONE)):
            message = (
                "plain http on a network lets anyone in it read and change votes; "
                "use an https address, or set MANYIDU_ALLOW_HTTP=1 if you accept that"
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _no_careless_mail(self) -> "Settings":
        password = self.smtp_password.get_secret_value()
        wrong = {
            "MANYIDU_SMTP_HOST must be the name or address of a mail server": not MAIL_HOST.fullmatch(self.smtp_host),
            "MANYIDU_SMTP_FROM must be an address, such as notice@example.cn": self.sends_mail
            and not MAIL_ADDRESS.fullmatch(self.smtp_from),
            "MANYIDU_SMTP_USER and MANYIDU_SMTP_PASSWORD go together": bool(self.smtp_user) != bool(password),
            "MANYIDU_SMTP_SECURITY=none would send the password readable over the network; use starttls or tls": (
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
