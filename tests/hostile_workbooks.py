"""Builders of the hostile workbooks of SEC-56, and of honest ones beside them. Nothing is read from disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_NS = "http://schemas.openxmlformats.org/package/2006"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def parts(sheet_data: str = '<row r="1"><c r="A1" t="inlineStr"><is><t>单位</t></is></c></row>') -> dict[str, bytes]:
    """The parts of the smallest honest workbook, one sheet named 单位, to be spoilt by a builder."""
    return {
        "[Content_Types].xml": (
            f'{_HEAD}<Types xmlns="{PACKAGE_NS}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/{SHEET}" ContentType="{_TYPE}.worksheet+xml"/>'
            f'<Override PartName="/{STRINGS}" ContentType="{_TYPE}.sharedStrings+xml"/></Types>'
        ).encode(),
        "_rels/.rels": _relations(f'<Relationship Id="r1" Type="{REL_NS}/officeDocument" Target="xl/workbook.xml"/>'),
        "xl/workbook.xml": (
            f'{_HEAD}<workbook xmlns="{MAIN_NS}" xmlns:r="{REL_NS}"><sheets>'
            '<sheet name="单位" sheetId="1" r:id="r1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": _relations(
            f'<Relationship Id="r1" Type="{REL_NS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{REL_NS}/sharedStrings" Target="sharedStrings.xml"/>'
        ),
        STRINGS: f'{_HEAD}<sst xmlns="{MAIN_NS}"><si><t>文化馆</t></si></sst>'.encode(),
        SHEET: sheet_xml(sheet_data),
    }


def _relations(body: str) -> bytes:
    return f'{_HEAD}<Relationships xmlns="{PACKAGE_NS}/relationships">{body}</Relationships>'.encode()


def sheet_xml(sheet_data: str, dimension: str = "A1", head: str = _HEAD) -> bytes:
    """A worksheet part around ``sheet_data``."""
    return (
        f'{head}<worksheet xmlns="{MAIN_NS}"><dimension ref="{dimension}"/>'
        f"<sheetData>{sheet_data}</sheetData></worksheet>"
    ).encode()


def _noise(count: int) -> list[int]:
    """Numbers below 2**32 that do not pack well, the same each time."""
    return [zlib.crc32(struct.pack(">I", number)) for number in range(count)]


def pack(entries: Mapping[str, bytes]) -> bytes:
    """Zip the parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return target.getvalue()


def honest(rows: list[list[object]], title: str = "单位") -> bytes:
    """A workbook saved by openpyxl."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def with_part(name: str, body: bytes) -> bytes:
    """The honest workbook with one more part, or with that part exchanged."""
    return pack({**parts(), name: body})


def flat_bomb() -> bytes:
    """60 MB of spaces in 60 kB."""
    return with_part(SHEET, sheet_xml(" " * 60_000_000))


def wide_bomb() -> bytes:
    """Forty entries, each just under the ratio, together over the total."""
    noise = b"".join(struct.pack(">I", number) for number in _noise(2_000))
    return pack({**parts(), **{f"xl/media/{n}.png": noise + b" " * 700_000 for n in range(40)}})


def nested_zip() -> bytes:
    """A workbook in a workbook."""
    return with_part("xl/media/inner.zip", flat_bomb())


def lying_sizes() -> bytes:
    """The table of contents and the entry both promise ten bytes; 60 MB come."""
    body = bytearray(flat_bomb())
    size = struct.pack("<I", len(sheet_xml(" " * 60_000_000)))
    return bytes(body.replace(size, struct.pack("<I", 10)))


def lying_local_size() -> bytes:
    """The entry's own header promises less than the table of contents."""
    body = flat_bomb()
    size = struct.pack("<I", len(sheet_xml(" " * 60_000_000)))
    return body.replace(size, struct.pack("<I", 10), 1)


def overlapping_entries() -> bytes:
    """Eighty-one names in the table of contents that all point at the same compressed megabyte."""
    body = with_part("xl/media/a.bin", b" " * 900_000)
    directory = body.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", body[directory + 16 : directory + 20])[0]
    entry = body[body.rindex(b"PK\x01\x02") : directory]
    copies = b"".join(entry.replace(b"a.bin", f"{n:05}".encode()) for n in range(80))
    count = struct.unpack("<H", body[directory + 10 : directory + 12])[0] + 80
    length = directory - start + len(copies)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, length, start, 0)
    return body[:directory] + copies + end


def many_entries() -> bytes:
    """More entries than any honest workbook has."""
    return pack({**parts(), **{f"xl/media/{n}.png": b"x" for n in range(200)}})


def xxe() -> bytes:
    """A document type that asks for a file of the server."""
    head = f'{_HEAD}<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
    return with_part(SHEET, sheet_xml(cell, head=head))


def xxe_in_strange_part() -> bytes:
    """The same in a part that does not look like XML by its name."""
    spoilt = parts()
    strings = f'{_HEAD}<!DOCTYPE sst [<!ENTITY x "y">]><sst xmlns="{MAIN_NS}"><si><t>&x;</t></si></sst>'
    spoilt["xl/strings.bin"] = strings.encode()
    spoilt["[Content_Types].xml"] = spoilt["[Content_Types].xml"].replace(b"sharedStrings.xml", b"strings.bin")
    relations = "xl/_rels/workbook.xml.rels"
    spoilt[relations] = spoilt[relations].replace(b"sharedStrings.xml", b"strings.bin")
    del spoilt[STRINGS]
    return pack(spoilt)


def billion_laughs() -> bytes:
    """Entities of entities."""
    entities = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    strings = f'{_HEAD}<!DOCTYPE sst [{entities}]><sst xmlns="{MAIN_NS}"><si><t>&l9;</t></si></sst>'
    return with_part(STRINGS, strings.encode())


def giant_dimension() -> bytes:
    """Says of itself that it fills all of Excel, holds one cell: read like any other."""
    return with_part(SHEET, sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', "A1:XFD1048576"))


def last_row() -> bytes:
    """One cell, in the last row Excel has."""
    return with_part(SHEET, sheet_xml('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "A1048576"))


def absurd_row() -> bytes:
    """One cell in a row that no Excel has."""
    return with_part(SHEET, sheet_xml('<row r="99999999999"><c r="A1"><v>1</v></c></row>'))


def last_column() -> bytes:
    """One cell in the last column Excel has."""
    return with_part(SHEET, sheet_xml('<row r="1"><c r="XFD1"><v>1</v></c></row>'))


def wide_rows() -> bytes:
    """Every row reaches to the last column with an empty cell: much work, no content."""
    return with_part(SHEET, sheet_xml("".join(f'<row r="{n}"><c r="XFD{n}"/></row>' for n in range(1, 20_001))))


def many_rows() -> bytes:
    """One row too many."""
    return with_part(SHEET, sheet_xml("".join(f"<row><c><v>{number}</v></c></row>" for number in _noise(20_001))))


def many_cells() -> bytes:
    """Within rows and columns, yet more cells than a list of names can need."""
    cells = [f"<c><v>{number % 1000}</v></c>" for number in _noise(250_000)]
    return with_part(
        SHEET, sheet_xml("".join(f"<row>{''.join(cells[n : n + 50])}</row>" for n in range(0, 250_000, 50)))
    )


def echoed_text() -> bytes:
    """One long text that thousands of cells point at."""
    text = "".join(chr(0x4E00 + number % 20_000) for number in _noise(30_000))
    spoilt = parts("".join(f'<row><c t="s"><v>0</v></c><c><v>{n}</v></c></row>' for n in _noise(15_000)))
    spoilt[STRINGS] = f'{_HEAD}<sst xmlns="{MAIN_NS}"><si><t>{text}</t></si></sst>'.encode()
    return pack(spoilt)


def deep_xml() -> bytes:
    """Tags within tags: deep trees break parsers that call themselves."""
    depth = 700_000
    noise = "".join(f"{number:x}" for number in _noise(20_000))
    return with_part(SHEET, sheet_xml("<a>" * depth + noise + "</a>" * depth))


def heavy_styles() -> bytes:
    """A style sheet whose tree costs far more memory than its text."""
    spoilt = parts()
    override = f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    spoilt["[Content_Types].xml"] = spoilt["[Content_Types].xml"].replace(b"</Types>", override.encode())
    fonts = "".join(f'<font><sz val="{n}"/><b/><i/></font>' for n in range(450_000))
    spoilt["xl/styles.xml"] = f'{_HEAD}<styleSheet xmlns="{MAIN_NS}"><fonts>{fonts}</fonts></styleSheet>'.encode()
    return pack(spoilt)


def slip_path() -> bytes:
    """An entry that wants to be unpacked elsewhere."""
    return with_part("../../../../tmp/slipped.xml", b"<a/>")


def absolute_path() -> bytes:
    """An entry with a path of the whole machine."""
    return with_part("/etc/slipped.xml", b"<a/>")


def windows_path() -> bytes:
    """The same for another system."""
    return with_part("..\\..\\slipped.xml", b"<a/>")


def old_xls() -> bytes:
    """What Excel 97 saves begins like this."""
    return OLE + b"\0" * 500 + "Workbook".encode("utf-16-le") + b"\0" * 3_000


def encrypted() -> bytes:
    """What Excel saves with a password: an OLE file around a cipher text."""
    return OLE + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 3_000


def encrypted_zip() -> bytes:
    """The flag of zip's own encryption on every entry."""
    return pack(parts()).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")


def ods() -> bytes:
    """An OpenDocument table, renamed."""
    return pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"})


def docx() -> bytes:
    """A Word document, renamed."""
    spoilt = parts()
    types = spoilt["[Content_Types].xml"].replace(b"spreadsheetml.sheet.main", b"wordprocessingml.document.main")
    return pack({**spoilt, "[Content_Types].xml": types})


def web_page() -> bytes:
    """A table of a web page under the name of an old workbook, as some systems export."""
    return "<html><table><tr><td>单位名称</td></tr></table></html>".encode()


def noise() -> bytes:
    """Neither a workbook nor a text."""
    return struct.pack(">400I", *_noise(400))


def wrong_encoding() -> bytes:
    """Says UTF-8, is GB 18030."""
    return with_part(
        SHEET, sheet_xml('<row r="1"><c r="A1" t="str"><v>文化馆</v></c></row>').decode().encode("gb18030")
    )


def unknown_encoding() -> bytes:
    """Says it is written in something that does not exist."""
    return with_part(SHEET, sheet_xml("", head='<?xml version="1.0" encoding="x-none"?>'))


def utf16_doctype() -> bytes:
    """A document type that a search for bytes would not find."""
    text = f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><worksheet xmlns="{MAIN_NS}"/>'
    return with_part(SHEET, text.encode("utf-16"))


def duplicate_entries() -> bytes:
    """Two entries of one name: a checker may see the one, a reader the other."""
    return pack({**parts(), "xl/worksheets/SHEET1.xml": b"<a/>"})


def duplicate_sheets() -> bytes:
    """Two sheets of one name."""
    spoilt = parts()
    second = '<sheet name="单位" sheetId="2" r:id="r1"/></sheets>'.encode()
    return pack({**spoilt, "xl/workbook.xml": spoilt["xl/workbook.xml"].replace(b"</sheets>", second)})


def macros() -> bytes:
    """A workbook with a macro project."""
    return with_part("xl/vbaProject.bin", OLE + b"\0" * 100)


def macro_type() -> bytes:
    """A workbook that only declares macros."""
    spoilt = parts()
    types = spoilt["[Content_Types].xml"].replace(
        f"{_TYPE}.sheet.main+xml".encode(), b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    )
    return pack({**spoilt, "[Content_Types].xml": types})


def external_link() -> bytes:
    """A workbook with a link to another workbook."""
    return with_part("xl/externalLinks/externalLink1.xml", b"<a/>")


def external_relation() -> bytes:
    """A sheet that pulls in something from the network."""
    body = f'<Relationship Id="x" Type="{REL_NS}/image" Target="http://192.0.2.1/x" TargetMode="External"/>'
    return with_part("xl/worksheets/_rels/sheet1.xml.rels", _relations(body))


def hyperlink() -> bytes:
    """A web address in a cell: harmless, read like any other."""
    body = f'<Relationship Id="x" Type="{REL_NS}/hyperlink" Target="http://192.0.2.1/" TargetMode="External"/>'
    return with_part("xl/worksheets/_rels/sheet1.xml.rels", _relations(body))


def truncated() -> bytes:
    """Half an upload."""
    body = pack(parts())
    return body[: len(body) // 2]


def damaged() -> bytes:
    """A few bytes turned over in the middle of the packed data."""
    body = bytearray(pack(parts()))
    for place in range(60, 80):
        body[place] ^= 0xFF
    return bytes(body)


def no_sheet_part() -> bytes:
    """The workbook names a sheet that is not there."""
    spoilt = parts()
    del spoilt["xl/workbook.xml"]
    return pack(spoilt)


def too_large() -> bytes:
    """One byte too many."""
    return b"PK\x03\x04" + b"\0" * (2 * 1024 * 1024 - 3)


# builder -> the code it is refused with; None: it is read
CORPUS: dict[Callable[[], bytes], str | None] = {
    flat_bomb: "workbook_bomb",
    wide_bomb: "workbook_bomb",
    nested_zip: "workbook_embedded",
    lying_sizes: "workbook_broken",
    lying_local_size: "workbook_bomb",
    overlapping_entries: "workbook_bomb",
    many_entries: "workbook_bomb",
    xxe: "workbook_dtd",
    xxe_in_strange_part: "workbook_dtd",
    billion_laughs: "workbook_dtd",
    giant_dimension: None,
    last_row: "workbook_too_many_rows",
    absurd_row: "workbook_broken",
    last_column: "workbook_too_many_columns",
    many_rows: "workbook_too_many_rows",
    many_cells: "workbook_too_many_cells",
    echoed_text: "workbook_bomb",
    slip_path: "workbook_broken",
    absolute_path: "workbook_broken",
    windows_path: "workbook_broken",
    old_xls: "workbook_old_format",
    encrypted: "workbook_encrypted",
    encrypted_zip: "workbook_encrypted",
    ods: "workbook_not_xlsx",
    docx: "workbook_not_xlsx",
    web_page: "workbook_not_xlsx",
    noise: "workbook_not_xlsx",
    wrong_encoding: "workbook_broken",
    unknown_encoding: "workbook_broken",
    utf16_doctype: "workbook_dtd",
    duplicate_entries: "workbook_broken",
    duplicate_sheets: "workbook_broken",
    macros: "workbook_macros",
    macro_type: "workbook_macros",
    external_link: "workbook_links",
    external_relation: "workbook_links",
    hyperlink: None,
    truncated: "workbook_broken",
    damaged: "workbook_broken",
    no_sheet_part: "workbook_broken",
    too_large: "workbook_too_large",
    bytes: "workbook_empty",
}

# Much work for little: which limit stops them first depends on the machine.
LABOURS: tuple[Callable[[], bytes], ...] = (wide_rows, deep_xml, heavy_styles)
LABOUR_CODES = frozenset({"workbook_bomb", "workbook_slow", "workbook_broken"})
