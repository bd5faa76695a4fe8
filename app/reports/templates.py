"""Word templates of an organisation: fields in double braces, and nothing else of a template language."""

import io
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import islice
from typing import Any, Final
from zipfile import BadZipFile

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.opc.oxml import parse_xml
from docx.opc.packuri import PackURI
from docx.oxml.ns import qn
from docx.parts.image import ImagePart
from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import StrictUndefined, Template, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.campaigns.domain import Objects
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.office.language import _, language_of_file
from app.office.markup import Pictures, Style
from app.office.package import check_package
from app.office.zips import undated
from app.reports.fields import FIELDS, ROOT, ReportKind, blocks_of, shipped_template
from app.reports.language import about, round_named

_MAX_USES = 40
_MAX_TOKENS = 3 * 3_000
_SHOWN_SIGNS = 40
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_FIELDS = re.compile(r"(\{\{\s*\w+\s*\}\})")
_BRACED = re.compile(r"\{[{%#][^{}]*\}?\}")
_TOKENS = ("variable_begin", "name", "variable_end")
_PARAGRAPH, _TEXT, _BODY, _SECTION = qn("w:p"), qn("w:t"), qn("w:body"), qn("w:sectPr")
_PRESERVE = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
_ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)

Values = Mapping[str, str]
"""The text of every field by its name; blocks are Markup."""

Element = Any
"""An element of lxml, which has no types."""


def check_template(kind: ReportKind, content: bytes) -> None:
    """Refuse a template that cannot or must not be filled in.

    DomainError: ``template_too_large``, ``template_not_word``, ``template_active_content`` (macros, links, embedded
    files), and with ``name``: ``template_unknown_field``, ``template_missing_field``, ``template_misplaced_field`` (a
    block that does not stand alone in a paragraph of the text), ``template_repeated_field``.
    """
    check_package(content)
    try:
        word = WordTemplate(kind, content)
        used = [name for source in word.sources() for name in _names_in(source)]
        _check_names(kind, used)
        word.fill({field.name: "" for field in FIELDS[kind]}, Pictures(), datetime.fromtimestamp(0, UTC))
    except (BadZipFile, OpcError, LookupError, ValueError, AttributeError, TypeError, SyntaxError) as error:
        # What python-docx and lxml raise on a package that holds no document as Word writes it.
        raise DomainError("template_not_word") from error


def _check_names(kind: ReportKind, used: list[str]) -> None:
    fields = {field.name: field for field in FIELDS[kind]}
    for name in dict.fromkeys(used):
        if name not in fields:
            raise DomainError("template_unknown_field", name=name[:_SHOWN_SIGNS])
        if used.count(name) > (1 if fields[name].is_block else _MAX_USES):
            raise DomainError("template_repeated_field", name=name)
    for name, field in fields.items():
        if field.needed and name not in used:
            raise DomainError("template_missing_field", name=name, words=field.label)


def _names_in(source: str) -> Iterator[str]:
    """Return the fields of a part; DomainError ``template_unknown_field`` for anything else between braces.

    What is not exactly ``{{ name }}`` is refused sign by sign, before the text is understood as a template at all.
    """
    try:
        telling = (token[1:] for token in _ENVIRONMENT.lex(source) if token[1] not in {"data", "whitespace"})
        tokens = list(islice(telling, _MAX_TOKENS))
    except TemplateSyntaxError as error:
        raise DomainError("template_unknown_field", name="{{ … }}") from error
    for at in range(0, len(tokens), len(_TOKENS)):
        kinds, words = zip(*tokens[at : at + len(_TOKENS)], strict=True)
        if kinds != _TOKENS or (words[0], words[2]) != ("{{", "}}"):
            raise DomainError("template_unknown_field", name=" ".join(words)[:_SHOWN_SIGNS])
        yield words[1]


class WordTemplate(DocxTemplate):  # type: ignore[misc]
    """A template of a kind: docxtpl's reading and writing, without its own additions to the template language.

    Those are regular expressions over the whole file, slow on a hostile one, and they would read signs in remarks as
    markup.
    """

    def __init__(self, kind: ReportKind, content: bytes) -> None:
        """Take a template that ``check_package`` let pass."""
        super().__init__(io.BytesIO(content))
        self._kind = kind
        self._content = content

    def sources(self) -> Iterator[str]:
        """Return the text of every part that may hold fields, as the environment will read it."""
        self.render_init()
        yield self.patch_xml(self.get_xml())
        for uri in (self.HEADER_URI, self.FOOTER_URI):
            for _key, part in self.get_headers_footers(uri):
                yield self.patch_xml(self.get_part_xml(part))

    def fill(self, values: Mapping[str, str], pictures: Pictures, now: datetime) -> bytes:
        """Return the report; Markup goes in as it is, every other text is escaped.

        A template without a place for the root of the box has it behind the verification code.
        """
        hold_nothing("filling a template")
        if not _names_root(self._kind, self._content):
            values = {
                **values,
                "核验码": _("%(code)s（票箱指纹：%(signs)s）", code=values["核验码"], signs=values[ROOT]),
            }
        self.render(values, _ENVIRONMENT)
        _lend_styles(self.docx.styles.element)
        for picture_id, png in pictures.stored():
            image = ImagePart(PackURI(f"/word/media/{picture_id}-report.png"), "image/png", png)
            self.docx.part.load_rel(RELATIONSHIP_TYPE.IMAGE, image, picture_id)
        about = self.docx.core_properties
        about.title = round_named(values["活动"], values["标题"])[:255]
        about.author, about.last_modified_by = values["组织单位"][:255], ""
        about.created = about.modified = now.astimezone(UTC).replace(tzinfo=None)
        out = io.BytesIO()
        self.docx.save(out)
        return undated(out.getvalue())

    def patch_xml(self, src_xml: str) -> str:
        """Put fields that Word tore into pieces together, and blocks in the place of their paragraphs."""
        root = parse_xml(src_xml)
        for paragraph in list(root.iter(_PARAGRAPH)):
            texts = [text for text in paragraph.iter(_TEXT) if _owner(text) is paragraph]
            whole = "".join(text.text or "" for text in texts)
            if not _BRACED.search(whole):
                continue
            block = self._block(whole)
            if block:
                _replace(paragraph, block)
            else:
                _mend(texts, whole)
        return str(self.xml_to_string(root))

    def _block(self, whole: str) -> str:
        """Return the block that the paragraph is; empty if it is text; DomainError ``template_misplaced_field``."""
        blocks = [name for name in _FIELD.findall(whole) if name in blocks_of(self._kind)]
        if blocks and not _FIELD.fullmatch(whole.strip()):
            raise DomainError("template_misplaced_field", name=blocks[0])
        return blocks[0] if blocks else ""

    def render_xml_part(self, src_xml: str, part: object, context: Values, jinja_env: object = None) -> str:
        """Fill a part in."""
        del part, jinja_env
        return _compiled(src_xml).render(context)

    def render_properties(self, context: Values, jinja_env: object = None) -> None:
        """Leave the file's properties alone: they are no place for fields."""

    def render_footnotes(self, context: Values, jinja_env: object = None) -> None:
        """Leave footnotes alone: they are no place for fields."""


_ROOT_FIELD = re.compile(r"\{\{\s*" + ROOT)


@lru_cache(maxsize=4)
def _names_root(kind: ReportKind, content: bytes) -> bool:
    return any(_ROOT_FIELD.search(source) for source in WordTemplate(kind, content).sources())


@lru_cache(maxsize=32)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def _owner(text: Element) -> Element:
    """Return the paragraph that a text stands in; one with a text box holds other paragraphs."""
    return next(text.iterancestors(_PARAGRAPH))


def _replace(paragraph: Element, block: str) -> None:
    parent = paragraph.getparent()
    if parent.tag != _BODY or next(paragraph.iter(_SECTION), None) is not None:
        raise DomainError("template_misplaced_field", name=block)
    before = paragraph.getprevious()
    field = "{{ " + block + " }}"
    if before is None:
        parent.text = (parent.text or "") + field
    else:
        before.tail = (before.tail or "") + field
    parent.remove(paragraph)


def _mend(texts: list[Element], whole: str) -> None:
    """Move every field wholly into the text in which it begins."""
    owners = [place for place, text in enumerate(texts) for _ in text.text or ""]
    for found in _BRACED.finditer(whole):
        owners[found.start() : found.end()] = [owners[found.start()]] * (found.end() - found.start())
    pieces: list[list[str]] = [[] for _ in texts]
    for sign, place in zip(whole, owners, strict=True):
        pieces[place].append(sign)
    for text, piece in zip(texts, pieces, strict=True):
        mended = "".join(piece)
        if mended != (text.text or ""):
            text.text = mended
            text.attrib.update(_PRESERVE)


@cache
def _own_styles() -> Mapping[str, Element]:
    styles = docx.Document(io.BytesIO(shipped_template(ReportKind.SURVEY))).styles.element
    return {style.get(qn("w:styleId")): style for style in styles.iterchildren(qn("w:style"))}


def _lend_styles(styles: Element) -> None:
    """Add the styles of the blocks that the template does not define itself."""
    there = {style.get(qn("w:styleId")) for style in styles.iterchildren(qn("w:style"))}
    for style in Style:
        if style.value not in there:
            styles.append(deepcopy(_own_styles()[style.value]))


def template_in_words(kind: ReportKind, sort: str = Objects.UNIT) -> bytes:
    """Return the template that ships in the language of the file, its headings said of a sort of object."""
    return _in_words(kind, sort, language_of_file())


PARTS: Final = (
    "一、基本情况", "二、测评结果", "（一）需要关注的单位", "（二）各单位总体评价", "（三）计算口径",
    "（四）各单位各项、各类别评价", "三、意见建议归纳", "四、主要问题", "五、下一步整改安排",
    "附件：1．统计表", "2．测评表", "3．监票情况", "附件1", "统计表", "附件2", "测评表", "附件3", "监票情况",
    "一、监票和计票情况", "二、签字", "：", "本次测评工作已经结束。现将你单位的测评结果反馈如下。",
    "一、测评结果", "二、各类别参评人员的评价", "三、意见和建议", "四、有关要求", "核验码：", "　　票箱指纹：",
)  # fmt: skip
"""What stands in the templates that ship, beside their fields; listed for the catalogue."""


@lru_cache(maxsize=16)
def _in_words(kind: ReportKind, sort: str, language: str) -> bytes:
    shipped = shipped_template(kind)
    if (sort, language) == (Objects.UNIT, "zh"):
        return shipped
    document = docx.Document(io.BytesIO(shipped))
    footers = [each for section in document.sections for each in section.footer.paragraphs]
    for run in (run for each in (*document.paragraphs, *footers) for run in each.runs if run.text):
        # A run is set only where it changes: one that holds the number of its page would lose it.
        if (worded := "".join(_worded(part, sort) for part in _FIELDS.split(run.text))) != run.text:
            run.text = worded
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _worded(part: str, sort: str) -> str:
    """Return a part of a run in words of the file's language; a field is left as it is."""
    if _FIELD.fullmatch(part):
        return part
    # The ideographic space is how Chinese text is set out.
    return about(sort, part) if language_of_file() != "en" else about(sort, part).replace("\u3000", " ")


def fill_template(kind: ReportKind, template: bytes | None, values: Values, pictures: Pictures, now: datetime) -> bytes:
    """Return a report from an organisation's checked template, or from the one that ships."""
    return WordTemplate(kind, template or shipped_template(kind)).fill(values, pictures, now)
