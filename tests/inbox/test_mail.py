"""Mail through a real server on this machine: taken, refused, hanging, with and without TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from app.accounts.models import Staff
from app.accounts.service import in_office
from app.core.acting import Acting
from app.core.clock import utc_now
from app.core.db import Database
from app.core.settings import Settings
from app.inbox import service as inbox
from app.inbox.mail import Sent, answers, send_waiting
from app.inbox.models import InboxItem
from app.operations.supervising import supervise
from tests.cast import MORNING, make_cast
from tests.inbox.test_service import add_items
from tests.postgresql import free_port
from tests.rectification.flagged import WU, ZHENG

PASSWORD = "mail-Right-7"


@dataclass
class Postbox:
    """What a mail server was given; it refuses some recipients."""

    refused: set[str] = field(default_factory=set)
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the name is the library's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse some."""
        if address in self.refused:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail."""
        message = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.taken += [(address, message) for address in envelope.rcpt_tos]
        return "250 kept"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, data: object
    ) -> AuthResult:
        """Let the right password in."""
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@contextmanager
def mail_server(box: Postbox, **options: Any) -> Iterator[int]:  # noqa: ANN401 - the library's options
    """Run a mail server and yield its port."""
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def mailed(settings: Settings) -> Callable[..., Settings]:
    """Give the installation a mail server."""

    def switch_on(port: int, **changes: object) -> Settings:
        mail: dict[str, object] = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_from": "notice@vote.example.cn"}
        known = {"data": settings.data, "MANYIDU_DATABASE_URL": settings.database_url, "base_url": settings.base_url}
        return Settings(**known, **{**mail, "smtp_security": "none", **changes})  # type: ignore[arg-type]

    return switch_on


@pytest.fixture
def waiting(database: Database) -> Database:
    """Items that wait for two people with addresses, and for one without."""
    with database.writing() as session:
        people = make_cast(session)
        for staff, address in ((WU, "wu@example.cn"), (ZHENG, "zheng@example.cn")):
            inbox.set_address(Acting(session, MORNING, staff), address)
            add_items(session, staff, 2)
        add_items(session, people["zhaoliu"], 1)
    return database


def unmailed(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(sa.select(InboxItem.id).where(InboxItem.mailed_at.is_(None))))


def test_it_works(waiting: Database, mailed: Callable[..., Settings]) -> None:
    box = Postbox()
    with mail_server(box) as port:
        settings = mailed(port)
        assert send_waiting(waiting, settings, MORNING, in_office) == Sent(2, 0)
        assert send_waiting(waiting, settings, MORNING, in_office) == Sent(0, 0)
    assert [address for address, _ in box.taken] == ["wu@example.cn", "zheng@example.cn"]
    assert unmailed(waiting) == ["idzhaoliu000"]
    message = box.taken[0][1]
    assert (message["From"], message["To"]) == ("notice@vote.example.cn", "wu@example.cn")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Mon, 23 Nov 2026 01:00:00 +0000"
    text = message.get_content()
    assert "吴九" in text
    assert f"{settings.base_url}/inbox" in text
    whole = f"{message['Subject']}{text}".replace(settings.base_url, "")
    assert not [word for word in ("第0条", "县", "%", *"0123456789") if word in whole]


def test_what_was_read_or_belongs_to_nobody_in_office_is_not_mailed(
    waiting: Database, mailed: Callable[..., Settings]
) -> None:
    with waiting.writing() as session:
        inbox.mark_all_read(Acting(session, MORNING, WU))
        session.get_one(Staff, ZHENG.id).disabled = True
    box = Postbox()
    with mail_server(box) as port:
        assert send_waiting(waiting, mailed(port), MORNING, in_office) == Sent()
    assert box.taken == []


def test_it_is_off_by_default(waiting: Database, settings: Settings) -> None:
    assert not settings.sends_mail
    assert send_waiting(waiting, settings, MORNING, in_office) == Sent()
    assert len(unmailed(waiting)) == 5


def test_one_refused_recipient_does_not_stop_the_others(waiting: Database, mailed: Callable[..., Settings]) -> None:
    box = Postbox(refused={"wu@example.cn"})
    with mail_server(box) as port:
        settings = mailed(port)
        assert send_waiting(waiting, settings, MORNING, in_office) == Sent(1, 1)
        assert unmailed(waiting) == ["idwujiu000", "idwujiu001", "idzhaoliu000"]
        box.refused.clear()
        assert send_waiting(waiting, settings, MORNING + timedelta(days=1), in_office) == Sent(1, 0)
    assert [address for address, _ in box.taken] == ["zheng@example.cn", "wu@example.cn"]


def test_a_server_that_is_away_loses_nothing(waiting: Database, mailed: Callable[..., Settings]) -> None:
    assert send_waiting(waiting, mailed(free_port()), MORNING, in_office) == Sent(0, 2)
    assert len(unmailed(waiting)) == 5


@contextmanager
def silent_server(greeting: bytes = b"") -> Iterator[int]:
    """Accept connections, greet perhaps, and say nothing more."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                kept.append(connection)
                connection.sendall(greeting)

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in kept:
                connection.close()


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n"], ids=["mute", "greets"])
def test_a_server_that_hangs_is_given_up(waiting: Database, mailed: Callable[..., Settings], greeting: bytes) -> None:
    with silent_server(greeting) as port:
        started = time.monotonic()
        assert send_waiting(waiting, mailed(port), MORNING, in_office, timeout=0.3) == Sent(0, 2)
        assert time.monotonic() - started < 5
    assert len(unmailed(waiting)) == 5


def test_it_says_beforehand_whether_the_server_answers(mailed: Callable[..., Settings]) -> None:
    box = Postbox()
    with mail_server(box) as port:
        assert answers(mailed(port))
    assert box.taken == []
    assert not answers(mailed(free_port()))
    with silent_server(b"220 hello\r\n") as port:
        assert not answers(mailed(port), patience=0.3)


def make_certificate(folder: Path) -> Path:
    """Write a certificate of 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = utc_now()
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "mail.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate that nobody knows yet, and a server's context with it."""
    path = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return path, context


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_way_is_private_and_the_server_s_certificate_is_checked(
    waiting: Database,
    mailed: Callable[..., Settings],
    certificate: tuple[Path, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    path, context = certificate
    options = {"tls_context": context, "require_starttls": True} if security == "starttls" else {"ssl_context": context}
    box = Postbox()
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with mail_server(box, **options) as port:
        settings = mailed(port, smtp_security=security)
        monkeypatch.delenv("SSL_CERT_FILE")
        assert send_waiting(waiting, settings, MORNING, in_office) == Sent(0, 2)
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert send_waiting(waiting, settings, MORNING, in_office) == Sent(2, 0)
    assert len(box.taken) == 2


def test_a_wrong_password_stops_the_run(
    waiting: Database,
    mailed: Callable[..., Settings],
    certificate: tuple[Path, ssl.SSLContext],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    box = Postbox()
    with mail_server(box, tls_context=certificate[1], authenticator=box.authenticate, auth_required=True) as port:
        for password, wanted in (("wrong", Sent(0, 2)), (PASSWORD, Sent(2, 0))):
            given = {"smtp_security": "starttls", "smtp_user": "manyidu", "smtp_password": password}
            assert send_waiting(waiting, mailed(port, **given), MORNING, in_office) == wanted
    assert set(box.logins) == {"manyidu"}


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(
    waiting: Database, mailed: Callable[..., Settings]
) -> None:
    box = Postbox()
    with mail_server(box) as port:
        assert send_waiting(waiting, mailed(port, smtp_security="starttls"), MORNING, in_office) == Sent(0, 2)
    assert box.taken == []


def test_the_command_says_what_it_did(waiting: Database, mailed: Callable[..., Settings]) -> None:
    assert waiting
    box = Postbox()
    with mail_server(box) as port:
        said = supervise(mailed(port), MORNING)
    assert said == "新发督办单：蓝色 0 份，黄色 0 份，红色 0 份；邮件发出 2 封，未发出 0 封"
    assert supervise(mailed(1, smtp_host=""), MORNING).endswith("；邮件提醒没有开通")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"smtp_host": "mail.example.cn"}, "SMTP_FROM"),
        ({"smtp_host": "mail.example.cn", "smtp_from": "notice"}, "SMTP_FROM"),
        ({"smtp_host": "mail.example.cn", "smtp_from": "a@example.cn\nBcc: b@example.cn"}, "SMTP_FROM"),
        ({"smtp_host": "mail example"}, "SMTP_HOST"),
        ({"smtp_user": "manyidu"}, "go together"),
        ({"smtp_password": PASSWORD}, "go together"),
        ({"smtp_port": 0}, "smtp_port"),
        ({"smtp_security": "maybe"}, "smtp_security"),
    ],
)
def test_it_refuses_careless_settings(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as refused:
        Settings(**given)  # type: ignore[arg-type]
    assert PASSWORD not in "".join(str(problem["msg"]) for problem in refused.value.errors())


def test_it_refuses_a_password_without_tls_on_a_network() -> None:
    given = {"smtp_from": "a@example.cn", "smtp_user": "manyidu", "smtp_password": PASSWORD, "smtp_security": "none"}
    with pytest.raises(ValidationError, match="readable over the network"):
        Settings(**given, smtp_host="mail.example.cn")  # type: ignore[arg-type]
    assert PASSWORD not in repr(Settings(**given, smtp_host="127.0.0.1"))  # type: ignore[arg-type]
