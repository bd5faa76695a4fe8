"""Makers of the files of a published result: they run in the workshop and read for the one who asked (SEC-42)."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.office.bench import Bench, Made, named
from app.office.language import _
from app.publication.admission import admitted, admitted_bands, merged_of
from app.publication.composite_rows import Composites
from app.publication.composites import composites_beside, composites_told
from app.publication.domain import unit_of
from app.publication.editions import Published, PublishedBands
from app.publication.own_scores import composites_to_units
from app.publication.previous import in_words, previous_seen, previous_told
from app.publication.reads import ANYONE, viewer_of
from app.publication.spoken import Result, in_language
from app.reports import brief as brief_pdf
from app.reports import letters as letters_word
from app.reports import notice as notice_pdf
from app.reports import service
from app.reports.beside import said_of_each
from app.reports.fields import ReportKind
from app.reports.language import written_in
from app.reports.scrutiny import Particulars, scrutiny_report
from app.reports.templates import check_template
from app.reports.word import survey_report
from app.reports.workbook import result_workbook
from app.rounds.domain import Paper
from app.rounds.english import spoken as paper_in_language
from app.rounds.reads import frozen_paper
from app.tally.document import every_target


def _result(bench: Bench, session: Session) -> AbstractContextManager[Published]:
    return admitted(session, bench.arguments, viewer_of(session, bench.staff), bench.now)


def _to_units(bench: Bench, session: Session, result: Published) -> Composites | None:
    """Return what stands beside the votes of each unit, as the unit itself knows it."""
    return composites_to_units(session, result, viewer_of(session, bench.staff), bench.now)


def _composites(bench: Bench, session: Session, result: Published) -> Composites | None:
    return composites_beside(session, result, viewer_of(session, bench.staff), bench.now)


def _title(result: Published | PublishedBands) -> str:
    return str(result.document["round"]["title"])


@contextmanager
def spoken(bench: Bench, paper: Paper, result: Result) -> Iterator[Result]:
    """Yield a result in its reader's language, in which whatever is written inside is written."""
    language = bench.language
    with written_in(language, paper.english):
        yield in_language(language, result, paper)


def workbook(bench: Bench) -> Made:
    """Make the result's workbook."""
    with bench.reading() as session, _result(bench, session) as result:
        composites = _composites(bench, session, result)
        previous = previous_seen(session, viewer_of(session, bench.staff), bench.now, result)
        paper, _digest = frozen_paper(session, result.round_id)
    with spoken(bench, paper, result) as told:
        made = result_workbook(told, composites, in_words(bench.language, previous))
        return Made(made, _("%(title)s结果.xlsx", title=_title(told)))


def _particulars(bench: Bench, session: Session, result: Published) -> Particulars:
    merged = merged_of(session, result, named(bench.arguments["merged"]))
    return Particulars(**bench.arguments["typed"], merged=merged)


def survey(bench: Bench) -> Made:
    """Make 测评情况报告."""
    with bench.reading() as session, _result(bench, session) as result:
        template = service.own_of_round(session, ReportKind.SURVEY, result.round_id)
        paper, _digest = frozen_paper(session, result.round_id)
        previous = previous_seen(session, viewer_of(session, bench.staff), bench.now, result)
        told = _particulars(bench, session, result)
        composites, previous = _composites(bench, session, result), in_words(bench.language, previous)
    particulars = replace(told, composites=composites, previous=previous)
    with spoken(bench, paper, result) as said:
        asked = paper_in_language(paper, bench.language)
        made = survey_report(said, template, asked, particulars, bench.now)
        return Made(made, _("%(title)s情况报告.docx", title=_title(said)))


def scrutiny(bench: Bench) -> Made:
    """Make 监票情况报告."""
    with bench.reading() as session, _result(bench, session) as result:
        template = service.own_of_round(session, ReportKind.SCRUTINY, result.round_id)
        paper, _digest = frozen_paper(session, result.round_id)
        particulars = _particulars(bench, session, result)
    with spoken(bench, paper, result) as told:
        made = scrutiny_report(told, template, particulars, bench.now)
        return Made(made, _("%(title)s监票情况报告.docx", title=_title(told)))


def brief(bench: Bench) -> Made:
    """Make the one-page brief."""
    with bench.reading() as session, _result(bench, session) as result:
        composites = _composites(bench, session, result)
        previous = previous_seen(session, viewer_of(session, bench.staff), bench.now, result)
        paper, _digest = frozen_paper(session, result.round_id)
    with spoken(bench, paper, result) as told:
        made = brief_pdf.brief(told, composites, in_words(bench.language, previous))
        return Made(made, _("%(title)s结果简报.pdf", title=_title(told)))


def notice(bench: Bench) -> Made:
    """Make the notice for the board, which anybody may read."""
    with bench.reading() as session, admitted_bands(session, bench.arguments, ANYONE, bench.now) as result:
        composites = composites_told(session, result, bench.now)
        previous = previous_told(session, bench.now, result)
        paper, _digest = frozen_paper(session, result.round_id)
    with spoken(bench, paper, result) as told:
        made = notice_pdf.notice(told, bench.base_url, composites, in_words(bench.language, previous))
        # What names a file says nothing of damage: once that is repaired it is another file.
        unread = any(each.is_unread for each in previous) or bool(composites and composites.unread)
        return Made(made, _("%(title)s公告.pdf", title=_title(told)), lasting=not unread)


def letters(bench: Bench) -> Made:
    """Make 反馈函 to every unit that the reader sees."""
    with bench.reading() as session, _result(bench, session) as result:
        template = service.own_of_round(session, ReportKind.LETTER, result.round_id)
        beside = _to_units(bench, session, result)
        paper, _digest = frozen_paper(session, result.round_id)
    with spoken(bench, paper, result) as told:
        made = letters_word.feedback_letters(told, template, bench.now, said_of_each(beside))
        return Made(made, _("%(title)s反馈函.zip", title=_title(told)))


def letter(bench: Bench) -> Made:
    """Make 反馈函 to one unit."""
    with bench.reading() as session, _result(bench, session) as result:
        template = service.own_of_round(session, ReportKind.LETTER, result.round_id)
        beside = _to_units(bench, session, result)
        paper, _digest = frozen_paper(session, result.round_id)
    with spoken(bench, paper, result) as told:
        unit = unit_of(every_target(told.document), bench.arguments["unit"])
        if unit is None:
            raise DomainError("not_found")
        made = letters_word.feedback_letter(told, unit, template, bench.now, said_of_each(beside))
        return Made(made, _("反馈函（%(name)s）.docx", name=letters_word.file_name(unit["name"])))


def check(bench: Bench) -> Made:
    """Look at a Word template that somebody brought; DomainError ``template_…`` for one that may not be used."""
    check_template(ReportKind(bench.arguments["kind"]), bench.body)
    return Made(b"")
