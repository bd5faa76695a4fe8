"""Word files that are not what they seem, made from the templates that ship."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

from app.reports.fields import ReportKind, shipped_template

DOCUMENT, TYPES, RELATIONS = "word/document.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def changed(name: str, change: Callable[[str], str], kind: ReportKind = ReportKind.SURVEY) -> bytes:
    """Return a shipped template with one part changed."""
    return repacked({name: change}, {}, kind)


def with_text(text: str, kind: ReportKind = ReportKind.SURVEY) -> bytes:
    """Return a shipped template with a paragraph more at its beginning; the text is put in as XML."""
    paragraph = f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
    return changed(DOCUMENT, lambda xml: xml.replace("<w:body>", f"<w:body>{paragraph}", 1), kind)


def without(field: str, kind: ReportKind = ReportKind.SURVEY) -> bytes:
    """Return a shipped template without a field."""
    drop = re.compile(r"\{\{ " + field + r" \}\}")
    return repacked(
        {DOCUMENT: lambda xml: drop.sub("", xml), "word/footer1.xml": lambda xml: drop.sub("", xml)}, {}, kind
    )


def with_relation(kind: str, target: str, mode: str = "External") -> bytes:
    """Return a shipped template that points somewhere."""
    relation = f'<Relationship Id="evil" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return changed(RELATIONS, lambda xml: xml.replace("</Relationships>", f"{relation}</Relationships>"))


def with_code(code: str) -> bytes:
    """Return a shipped template with a field code of Word's own."""
    runs = "".join(
        f"<w:r>{part}</w:r>"
        for part in (
            '<w:fldChar w:fldCharType="begin"/>',
            f"<w:instrText>{code}</w:instrText>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    return changed(DOCUMENT, lambda xml: xml.replace("<w:body>", f"<w:body><w:p>{runs}</w:p>", 1))


def with_picture(attribute: str) -> bytes:
    """Return a shipped template with an old drawing that names an address."""
    names = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    drawing = f"<w:p><w:r><w:pict><v:shape {names} {attribute}/></w:pict></w:r></w:p>"
    return changed(DOCUMENT, lambda xml: xml.replace("<w:body>", f"<w:body>{drawing}", 1))


def repacked(
    changes: Mapping[str, Callable[[str], str]], added: Mapping[str, bytes], kind: ReportKind = ReportKind.SURVEY
) -> bytes:
    """Return a shipped template with parts changed and added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(shipped_template(kind))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, changes[name](content.decode()).encode() if name in changes else content)
        for name, content in added.items():
            target.writestr(name, content)
    return out.getvalue()


def with_setting(setting: str) -> bytes:
    """Return a shipped template with a setting more."""
    return changed("word/settings.xml", lambda xml: xml.replace("</w:settings>", f"{setting}</w:settings>"))


def with_drawing(svg: str) -> bytes:
    """Return a shipped template with a drawing of lines as Word keeps it beside its picture."""
    relation = f'<Relationship Id="drawn" Type="{_OFFICE}/image" Target="media/drawn.svg"/>'
    kind = '<Default Extension="svg" ContentType="image/svg+xml"/>'
    changes = {
        TYPES: lambda xml: xml.replace("<Default ", f"{kind}<Default ", 1),
        RELATIONS: lambda xml: xml.replace("</Relationships>", f"{relation}</Relationships>"),
    }
    return repacked(changes, {"word/media/drawn.svg": svg.encode()})


def renamed(content: bytes, part: str, name: str) -> bytes:
    """Return a file in which a part has another name, wherever it is named."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            text = source.read(entry)
            is_list = entry == TYPES or entry.endswith(".rels")
            target.writestr(entry.replace(part, name), text.replace(part.encode(), name.encode()) if is_list else text)
    return out.getvalue()
