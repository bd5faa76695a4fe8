"""Makers of the documents of 补课: they run in the workshop and read as far as the one who asked may reach."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from app.campaigns.english_reads import english_in, english_names
from app.core.errors import DomainError
from app.office.bench import Bench, Made
from app.office.language import _, said, told
from app.publication.charts import before_after_chart, in_words
from app.rectification.documents import lists, notices, summary
from app.rectification.documents.progress import Bulletin, Newsletter, Progress, read_progress
from app.rectification.documents.results import Results
from app.rectification.ledger.export import ledger_workbook
from app.rectification.ledger.reads import picked_rows
from app.rectification.ledger.service import LedgerRow
from app.rectification.ledger.votes import with_votes
from app.rectification.orders import reads
from app.rectification.orders.reads import OrderView
from app.rectification.orders.retesting import pairs_of, seeing
from app.rectification.plans.service import get_plan
from app.rectification.rules.picks import Pick, read_pick
from app.reports.language import written_in
from app.rounds.domain import Paper
from app.rounds.reads import frozen_paper


def comparison(bench: Bench) -> Made:
    """Draw the first result of an order beside the retest of an attempt; 0 is the last one."""
    asked = bench.arguments
    with bench.reading() as session:
        seen = seeing(session, bench.staff, bench.now)
        order = reads.get_order(session, bench.staff, asked["order"])
        pairs = pairs_of(session, seen, order)
        _paper, names = _asked(session, order)
    both = next((pair for pair in reversed(pairs) if asked["attempt"] in {0, pair.attempt}), None)
    if both is None:
        raise DomainError("not_found")
    drawn = before_after_chart(both.before["name"], both.titles, both.rows)
    with written_in(bench.language, names):
        return Made(in_words(drawn, told).drawn("svg"))


def _asked(session: Session, order: OrderView) -> tuple[Paper, dict[str, str]]:
    """Return the paper of an order's round, and the English of names: that of the paper, and what came since."""
    paper, _digest = frozen_paper(session, order.round_id)
    return paper, {**paper.english, **english_names(session, order.campaign_id)}


def notice(bench: Bench) -> Made:
    """Make 补课通知书."""
    with bench.reading() as session:
        order = reads.get_order(session, bench.staff, bench.arguments["order"])
        paper, names = _asked(session, order)
    with written_in(bench.language, names):
        made = notices.order_notice(order, paper.organisation, paper.title)
        return Made(made, _("%(unit)s补课通知书.docx", unit=said(order.unit_name)))


def plan(bench: Bench) -> Made:
    """Make 整改方案."""
    with bench.reading() as session:
        found = get_plan(session, bench.staff, bench.arguments["plan"])
        order = reads.get_order(session, bench.staff, found.head.order_id) if found.head.order_id else None
        names = english_names(session, found.head.campaign_id)
    rows = [LedgerRow(found.head, row, is_overdue=False, due=row.due) for row in found.rows]
    with written_in(bench.language, names):
        made = notices.plan_document(found, order, rows, found.submitted_on or bench.today)
        return Made(made, _("%(unit)s整改方案.docx", unit=said(found.head.unit_name)))


def order_summary(bench: Bench) -> Made:
    """Make 总结报告 of one order."""
    with bench.reading() as session:
        order = reads.get_order(session, bench.staff, bench.arguments["order"])
        found = Results(session, bench.staff, bench.now).of(order)
        rows = with_votes(
            session,
            bench.staff,
            bench.now,
            picked_rows(session, bench.staff, bench.today, Pick(order=order.id)),
        )
        paper, names = _asked(session, order)
    with written_in(bench.language, names):
        made = summary.order_summary(order, rows, found, paper.organisation, bench.today)
        return Made(made, _("%(unit)s总结报告.docx", unit=said(order.unit_name)))


def campaign_summary(bench: Bench) -> Made:
    """Make 总结报告 of a campaign."""
    with bench.reading() as session:
        progress = read_progress(session, bench.staff, bench.today, bench.arguments["campaign"])
        progress = replace(progress, rows=with_votes(session, bench.staff, bench.now, progress.rows))
        results = Results(session, bench.staff, bench.now)
        found = [(order, results.of(order)) for order in progress.ordered]
    with written_in(bench.language, progress.board.campaign.english):
        made = summary.campaign_summary(progress, found)
        return Made(made, _("%(unit)s总结报告.docx", unit=said(progress.board.campaign.title)))


@contextmanager
def _picked(bench: Bench) -> Iterator[list[LedgerRow]]:
    """Yield what is picked of the ledger; in the language of its reader whatever is written inside is written."""
    pick, _rest = read_pick(bench.arguments)
    with bench.reading() as session:
        rows = picked_rows(session, bench.staff, bench.today, pick)
        rows = with_votes(session, bench.staff, bench.now, rows)
        names = english_in(session, {each.plan.campaign_id for each in rows})
    with written_in(bench.language, names):
        yield rows


def _named(bench: Bench, title: str, kind: str) -> str:
    """Return the name of the file: one that holds a part says so."""
    is_part = bool(bench.arguments)
    return _("%(title)s（部分）.%(kind)s", title=title, kind=kind) if is_part else f"{title}.{kind}"


def ledger_sheet(bench: Bench) -> Made:
    """Make the ledger as a workbook."""
    with _picked(bench) as rows:
        return Made(ledger_workbook(rows), _named(bench, _("整改台账"), "xlsx"))


def ledger_print(bench: Bench) -> Made:
    """Make the ledger as a Word table."""
    with _picked(bench) as rows:
        return Made(notices.ledger_document(rows, _("整改台账")), _named(bench, _("整改台账"), "docx"))


def lists_sheet(bench: Bench) -> Made:
    """Make the four lists as a workbook."""
    with _picked(bench) as rows:
        return Made(lists.lists_workbook(rows), _named(bench, _("四清单"), "xlsx"))


def lists_print(bench: Bench) -> Made:
    """Make the four lists as Word tables."""
    with _picked(bench) as rows:
        return Made(lists.lists_document(rows, _("四清单")), _named(bench, _("四清单"), "docx"))


def newsletter(bench: Bench) -> Made:
    """Make 简报 with the words that somebody typed."""
    typed = bench.arguments["typed"]
    words = Newsletter(**{**typed, "day": date.fromisoformat(typed["day"])})
    with _progress(bench) as progress:
        name = _("%(masthead)s第%(issue)s期.docx", masthead=words.masthead, issue=words.issue)
        return Made(notices.newsletter_document(words, progress), name)


def bulletin(bench: Bench) -> Made:
    """Make 通报 with the words that somebody typed."""
    typed = bench.arguments["typed"]
    words = Bulletin(**{**typed, "day": date.fromisoformat(typed["day"])})
    with _progress(bench) as progress:
        return Made(notices.bulletin_document(words, progress), f"{words.title}.docx")


@contextmanager
def _progress(bench: Bench) -> Iterator[Progress]:
    """Yield where a campaign stands; in the language of its reader whatever is written inside is written."""
    with bench.reading() as session:
        progress = read_progress(session, bench.staff, bench.today, bench.arguments["campaign"])
    with written_in(bench.language, progress.board.campaign.english):
        yield progress
