"""The ``manyidu`` command."""

import os
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError

from app.core.audiences import EVERYONE, Audience
from app.core.clock import utc_now
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder, SettingsError
from app.core.memory import begin_start
from app.core.settings import Settings, complaints, unknown_settings

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="满意度测评 manyidu")
Data = Annotated[Path | None, typer.Option(help="Folder of the database and key files (default: MANYIDU_DATA or data)")]
Port = Annotated[int, typer.Option(help="Port to listen on", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for a hall's network")]


def _settings(data: Path | None, port: int | None = None) -> Settings:
    """Return the settings; SettingsError or ValidationError for what can never work."""
    if unknown := "; ".join(unknown_settings(os.environ)):
        raise SettingsError(unknown)
    given: dict[str, object] = {} if data is None else {"data": data}
    settings = Settings(**given)  # type: ignore[arg-type]
    if port and "base_url" not in settings.model_fields_set:
        settings = Settings(**given, base_url=f"http://127.0.0.1:{port}")  # type: ignore[arg-type]
    return settings


def _tell_version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"manyidu {version_of('manyidu')}")
        raise typer.Exit


@cli.callback()
def begin(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is, and end"),
    ] = False,
) -> None:
    """Offer what the options of all commands have in common."""


@cli.command()
def migrate(data: Data = None) -> None:
    """Bring the database to the newest schema; refused while a round is open."""
    from app.operations.schema import bring_up_to_date  # noqa: PLC0415 - a command loads what it needs

    bring_up_to_date(_settings(data))
    typer.echo("schema is current")


@cli.command()
def serve(
    data: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    only: Annotated[Audience | None, typer.Option(help="Serve voters and the public alone, or staff alone")] = None,
    workers: Annotated[int, typer.Option(help="Processes that serve; more than one needs PostgreSQL", min=1)] = 1,
) -> None:
    """Serve an installation; an empty one prints one-time links for its first accounts."""
    begin_start()
    from app.operations.one_server import only_server  # noqa: PLC0415 - a command loads what it needs
    from app.operations.server import check_flags  # noqa: PLC0415
    from app.operations.server import serve as run  # noqa: PLC0415

    audiences = EVERYONE if only is None else frozenset({only})
    settings = _settings(data, port)
    with only_server(settings, audiences, port, utc_now()):
        check_flags(settings, host, port, workers)
        if Audience.DESK in audiences:
            _prepare(settings)
        typer.echo(f"{'  '.join(sorted(settings.addresses(audiences)))}  （Ctrl+C 停止）")
        run(settings, host, port, audiences, workers)


def _prepare(settings: Settings) -> None:
    """Bring the schema up to date and print the first links; the booth alone may not even be able to."""
    from app.operations.schema import bring_up_to_date  # noqa: PLC0415
    from app.operations.welcome import first_notice  # noqa: PLC0415

    bring_up_to_date(settings)
    if notice := first_notice(settings, utc_now()):
        typer.echo(notice)


@cli.command()
def demo(data: Data = None, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Load the demo campaign into DATA (once), print how to get in, and serve it."""
    from app.operations.one_server import only_server  # noqa: PLC0415
    from app.operations.schema import bring_up_to_date  # noqa: PLC0415
    from app.operations.server import check_flags  # noqa: PLC0415
    from app.operations.server import serve as run  # noqa: PLC0415
    from app.operations.welcome import demo_notice  # noqa: PLC0415

    settings = _settings(data, port)
    with only_server(settings, EVERYONE, port, utc_now()):
        check_flags(settings, host, port)
        bring_up_to_date(settings)
        typer.echo(demo_notice(settings, utc_now()))
        run(settings, host, port)


@cli.command()
def hall(
    phones: Annotated[int, typer.Option(help="How many phones to play", min=1, max=10_000)] = 120,
    url: Annotated[str, typer.Option(help="Address of the running server")] = "http://127.0.0.1:8000",
    round_name: Annotated[
        str, typer.Option("--round", help="'own' (three sections) or 'points', both thrown away after; or 'demo'")
    ] = "own",
    seconds: Annotated[float, typer.Option(help="Over how many seconds the phones arrive", min=0)] = 30.0,
    slips: Annotated[
        Path | None, typer.Option(help="PDF of printed slips: play the open round that they are of, instead of --round")
    ] = None,
    data: Data = None,
) -> None:
    """Play phones against a running server and compare every count with what was cast."""
    from app.operations.hall import play  # noqa: PLC0415

    raise typer.Exit(play(_settings(data), url, (round_name, phones, seconds), slips))


@cli.command()
def backup(target: Path, data: Data = None) -> None:
    """Write a backup of the desk, at any hour. Boxes are never in it."""
    from app.core.last_backup import note_backup  # noqa: PLC0415
    from app.operations.backup import back_up  # noqa: PLC0415
    from app.operations.places import check_target  # noqa: PLC0415
    from app.operations.server import open_database  # noqa: PLC0415

    settings = _settings(data)
    check_target(target, "/srv/backup/manyidu.tar.gz")
    with open_database(settings) as database:
        back_up(database, KeyFolder(settings.data / "keys"), target, now := utc_now())
    note_backup(settings.data, target, now)
    typer.echo(f"written: {target}")


@cli.command()
def archive(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="Id of a published round, as in its page's address")],
    target: Annotated[Path, typer.Argument(help="Where the package is written; nothing may be there yet")],
    data: Data = None,
) -> None:
    """Write the archive package of a published round, for organisers; `manyidu verify` checks it years later."""
    from app.operations.archiving import write_package  # noqa: PLC0415 - a command loads what it needs

    typer.echo(write_package(_settings(data), utc_now(), round_id, target))


@cli.command()
def restore(source: Path, data: Data = None) -> None:
    """Fill an empty installation from a backup of this or an earlier version; slips printed before are void then."""
    from app.operations.restore import restore as fill  # noqa: PLC0415
    from app.operations.server import open_database  # noqa: PLC0415

    settings = _settings(data)
    with open_database(settings, migrated=False) as database:
        fill(database, settings.data, source, utc_now())
    typer.echo("restored")


@cli.command()
def link(login: str, data: Data = None) -> None:
    """Print a fresh one-time password link for an account, when nobody else can give it one."""
    from app.operations.welcome import account_link  # noqa: PLC0415

    typer.echo(account_link(_settings(data), utc_now(), login))


@cli.command()
def account(
    login: str,
    name: str,
    role: str,
    data: Data = None,
    office: Annotated[str, typer.Option(help="Name or id of the office it belongs to (default: the root)")] = "",
) -> None:
    """Make an account at the machine, when nobody else can agree to it; minutes name it. Print its one-time link."""
    from app.operations.welcome import make_account  # noqa: PLC0415

    typer.echo(make_account(_settings(data), utc_now(), (login, name, role), office))


@cli.command()
def grants(
    booth_role: Annotated[str, typer.Option(help="Database role that `serve --only booth` logs in as; it must exist")],
    data: Data = None,
    tell: Annotated[bool, typer.Option("--tell", help="Print the statements without running them")] = False,
) -> None:
    """Give a PostgreSQL role what the booth needs and no more; run as the desk, once, for all boxes to come."""
    from app.operations.grants import grant  # noqa: PLC0415
    from app.operations.server import open_database  # noqa: PLC0415

    with open_database(_settings(data)) as database:
        for statement in grant(database, booth_role, do=not tell):
            typer.echo(f"{statement};")


@cli.command()
def supervise(data: Data = None) -> None:
    """Issue the 督办 notices that are due and send waiting mail; run it once a day from cron or systemd."""
    from app.operations.supervising import supervise as run  # noqa: PLC0415

    typer.echo(run(_settings(data), utc_now()))


@cli.command()
def healthy(port: Port = 8000) -> None:
    """Exit 0 when the server on this machine serves (for a container's health check)."""
    import httpx  # noqa: PLC0415

    def answers(address: str) -> bool:
        host = {"host": urlsplit(address).netloc}
        return httpx.get(f"http://127.0.0.1:{port}/healthz", headers=host, timeout=4, trust_env=False).is_success

    try:  # a desk of its own knows the address of staff alone, a booth that of voters
        serves = any(map(answers, sorted(_settings(None, port).addresses(EVERYONE))))
    except httpx.HTTPError as error:
        raise typer.Exit(1) from error
    raise typer.Exit(0 if serves else 1)


@cli.command()
def check(data: Data = None) -> None:
    """Check database settings, schema, key folder and the audit log's chain."""
    from app.operations.checks import run_checks  # noqa: PLC0415

    for line in run_checks(_settings(data), utc_now()):
        typer.echo(line)


@cli.command()
def verify(
    files: Annotated[list[Path], typer.Argument(help="receipts.json, result.json, archive.zip")],
    root: Annotated[str, typer.Option(help="Box fingerprint as printed: 64 hex digits or eight signs")] = "",
    receipt: Annotated[str, typer.Option(help="Receipt to look up in the list")] = "",
    key: Annotated[str, typer.Option(help="Public key as printed on the page /verify: 64 hex digits")] = "",
    lang: Annotated[str, typer.Option(help="Language of the answer: zh or en")] = "",
) -> None:
    """Check archive packages, receipts lists and results offline; exit 1 if anything is wrong."""
    from app.operations.verify import Wanted, report  # noqa: PLC0415

    raise typer.Exit(report(files, Wanted(root, receipt, key), lang))


def main() -> None:
    """Run the command; what is refused is said in one sentence."""
    try:
        cli()
    except DomainError as error:
        from app.web.errors import sentence  # noqa: PLC0415 - who is not refused starts without it

        sys.exit(f"manyidu: {sentence('zh', error.code, error.params)[1]} [{error.code}]")
    except SettingsError as error:
        sys.exit(f"manyidu: {error}")
    except ValidationError as error:
        sys.exit("manyidu: " + "; ".join(complaints(error)))


if __name__ == "__main__":
    main()
