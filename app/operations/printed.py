"""The codes of slips that were printed, out of the PDF that their page gave once: the service itself keeps none."""

import re
from pathlib import Path
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from app.core.errors import DomainError
from app.slips.codes import parse_code

_PRINTED: Final = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]\b")


def printed_codes(slips: Path) -> list[str]:
    """Return the codes in the order in which they are printed; DomainError ``slips_without_codes``."""
    try:
        text = "\n".join(page.extract_text() for page in PdfReader(slips).pages)
    except (OSError, PyPdfError):
        text = ""
    codes = [parse_code(code) for code in dict.fromkeys(_PRINTED.findall(text))]
    if not codes:
        raise DomainError("slips_without_codes", name=slips.name)
    return codes
