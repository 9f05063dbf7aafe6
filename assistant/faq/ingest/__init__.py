"""Documents as entries: one reader per format, everything within limits, every failure an InvalidInput that names the document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import PurePosixPath

from assistant.errors import InvalidInput
from assistant.faq.ingest.archives import check_compound
from assistant.faq.ingest.csv_table import read_csv
from assistant.faq.ingest.document import Defaults, Document, IngestLimits, over, unreadable
from assistant.faq.ingest.duplicates import without_duplicates
from assistant.faq.ingest.excel import read_excel
from assistant.faq.ingest.html import read_html
from assistant.faq.ingest.identity import with_ids
from assistant.faq.ingest.languages import document_language, in_script, with_languages
from assistant.faq.ingest.markdown import read_markdown
from assistant.faq.ingest.passages import Reader
from assistant.faq.ingest.pdf import read_pdf
from assistant.faq.ingest.qa_text import read_text
from assistant.faq.ingest.table import TableReader
from assistant.faq.ingest.word import read_word

__all__ = ["FORMATS", "Defaults", "Document", "IngestLimits", "check_name", "read_document"]

VERSION = 1
"""Of the readers: a document is read again after it changed."""
MAX_NAME_CHARS = 300

_Prose = Callable[[str, bytes, str, Defaults, IngestLimits], Reader]
_Table = Callable[[str, bytes, Defaults, IngestLimits], TableReader]
_PROSE: dict[str, _Prose] = {
    "md": read_markdown,
    "markdown": read_markdown,
    "html": read_html,
    "htm": read_html,
    "docx": read_word,
    "pdf": read_pdf,
    "txt": read_text,
}
_TABLES: dict[str, _Table] = {"csv": read_csv, "tsv": read_csv, "xlsx": read_excel, "xlsm": read_excel}
FORMATS = frozenset({*_PROSE, *_TABLES})
_SIGNATURES = {"pdf": (b"%PDF-",), "docx": (b"PK",), "xlsx": (b"PK",), "xlsm": (b"PK",)}
_WITHIN = 1024
_UNSTORABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def check_name(name: str) -> str:
    """A document's name as it is stored: composed (NFC), with ``/`` between folders.

    Raises:
        InvalidInput: it is empty, too long, or ends in no format that is read here.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/")).strip().lstrip("/")
    if not name or len(name) > MAX_NAME_CHARS or _UNSTORABLE.search(name):
        raise InvalidInput(
            field="name", limit=MAX_NAME_CHARS, problem=f"must have 1 to {MAX_NAME_CHARS} printable characters"
        )
    if _format(name) not in FORMATS:
        known = ", ".join(sorted(FORMATS))
        raise unreadable(name, f"is of no format that is read here; those are: {known}", known)
    return name


def read_document(
    name: str, content: bytes, limits: IngestLimits | None = None, defaults: Defaults | None = None
) -> Document:
    """What stands in ``content``; the end of ``name`` says what it is.

    Raises:
        InvalidInput: it is empty, broken, encrypted, of another kind, or over a limit; ``field`` is its name.
    """
    limits, defaults = limits or IngestLimits(), defaults or Defaults()
    name = check_name(name)
    _check_content(name, content, limits)
    stem = PurePosixPath(name).stem
    kind = _format(name)
    read: Reader | TableReader
    if kind in _TABLES:
        read, title = _TABLES[kind](name, content, defaults, limits), stem
    else:
        read = _PROSE[kind](name, content, stem, defaults, limits)
        title = read.title
    if not read.entries:
        raise unreadable(name, f"holds nothing to answer with{_first(read.warnings)}")
    language = in_script(defaults.language, document_language(read.entries))
    entries, twice = without_duplicates(with_languages(read.entries, language))
    warnings = [*read.warnings, *twice]
    return Document(
        title=title[:MAX_NAME_CHARS],
        language=language,
        entries=tuple(with_ids(name, entries)),
        warnings=_some(warnings, limits.warnings),
    )


def _check_content(name: str, content: bytes, limits: IngestLimits) -> None:
    if len(content) > limits.bytes:
        raise over(name, limits.bytes, "bytes")
    if not content.strip():
        raise unreadable(name, "is empty", 1)
    check_compound(name, content)
    signatures = _SIGNATURES.get(_format(name))
    if signatures and not any(one in content[:_WITHIN] for one in signatures):
        raise unreadable(name, f"is broken, or no {_format(name).upper()} file: it does not begin as one")


def _format(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def _first(warnings: list[str]) -> str:
    return f": {warnings[0]}" if warnings else ""


def _some(warnings: list[str], most: int) -> tuple[str, ...]:
    more = len(warnings) - most
    return (*warnings[:most], *([f"and {more} more"] if more > 0 else []))
