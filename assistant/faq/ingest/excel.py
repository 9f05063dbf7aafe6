"""Excel workbooks (.xlsx: ECMA-376, SpreadsheetML): every visible sheet that names a question and an answer column."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from xml.etree.ElementTree import Element

from assistant.faq.ingest.archives import Archive
from assistant.faq.ingest.document import Defaults, IngestLimits, over, unreadable
from assistant.faq.ingest.table import MISSING, Row, TableReader

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK = "xl/workbook.xml"
_COLUMN = re.compile("([A-Z]{1,3})[0-9]*")
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_MOST_COLUMNS = 200
_EPOCH_1900, _EPOCH_1904 = datetime.fromisoformat("1899-12-30"), datetime.fromisoformat("1904-01-01")


def read_excel(name: str, content: bytes, defaults: Defaults, limits: IngestLimits) -> TableReader:
    """Raises: InvalidInput."""
    workbook = _Workbook(name, content, limits)
    reader, found = TableReader(name, defaults, limits), False
    sheets = workbook.sheets
    for title, part in sheets:
        where = f"sheet {title!r}, " if len(sheets) > 1 else ""
        if reader.read(workbook.rows(part), headings=(title,) if len(sheets) > 1 else (), where=where):
            found = True
        else:
            reader.warnings.append(f"{where or 'the sheet '}is left out: it {MISSING}")
    if not found:
        raise unreadable(name, MISSING)
    return reader


class _Workbook:
    def __init__(self, name: str, content: bytes, limits: IngestLimits) -> None:
        self._name, self._limits = name, limits
        self._archive = Archive(name, content, limits)
        self._root = self._archive.xml(_WORKBOOK)

    @property
    def sheets(self) -> list[tuple[str, str]]:
        """Title and part of the visible ones, in order."""
        relations = self._archive.xml("xl/_rels/workbook.xml.rels")
        targets = {one.get("Id"): one.get("Target", "") for one in relations}
        found = []
        for sheet in self._root.iter(f"{_MAIN}sheet"):
            target = targets.get(sheet.get(_RELATED))
            if target and sheet.get("state", "visible") == "visible":
                found.append((sheet.get("name", ""), posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")))
        return found

    def rows(self, part: str) -> Iterator[Row]:
        number = 0
        for row in self._archive.elements(part, f"{_MAIN}row"):
            number = int(row.get("r", "")) if row.get("r", "").isdecimal() else number + 1
            cells: dict[int, str] = {}
            for cell in row.iter(f"{_MAIN}c"):
                at = _column(cell.get("r", ""), len(cells))
                if at < _MOST_COLUMNS:
                    cells[at] = self._text(cell)
            yield number, [cells.get(at, "") for at in range(max(cells, default=-1) + 1)]

    def _text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _written(cell)
        value = cell.findtext(f"{_MAIN}v") or ""
        if kind == "s":
            at = int(value) if value.isdecimal() else -1
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind == "n" and value and cell.get("s", "").isdecimal() and int(cell.get("s", "")) in self._dated:
            return self._date(value)
        return "" if kind == "e" else _number(value) if kind == "n" else value

    def _date(self, value: str) -> str:
        properties = self._root.find(f"{_MAIN}workbookPr")
        late = properties is not None and properties.get("date1904") in {"1", "true"}
        try:
            moment = (_EPOCH_1904 if late else _EPOCH_1900) + timedelta(days=float(value))
        except (ValueError, OverflowError):
            return value
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
        return moment.isoformat(" ") if moment.time() != datetime.min.time() else moment.date().isoformat()

    @cached_property
    def _strings(self) -> list[str]:
        found: list[str] = []
        chars = 0
        if "xl/sharedStrings.xml" in self._archive:
            for item in self._archive.elements("xl/sharedStrings.xml", f"{_MAIN}si"):
                found.append(_written(item))
                chars += len(found[-1])
                if chars > self._limits.chars:
                    raise over(self._name, self._limits.chars, "characters")
        return found

    @cached_property
    def _dated(self) -> frozenset[int]:
        """The cell styles that show a number as a date."""
        if "xl/styles.xml" not in self._archive:
            return frozenset()
        styles = self._archive.xml("xl/styles.xml")
        formats = {one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iter(f"{_MAIN}numFmt")}
        shown = {number for number, code in formats.items() if re.search("[ymdYMD]", _NOT_FORMAT.sub("", code))}
        dates = shown | {str(number) for number in _BUILT_IN_DATES}
        cells = styles.find(f"{_MAIN}cellXfs")
        return frozenset(
            at for at, style in enumerate(cells if cells is not None else ()) if style.get("numFmtId") in dates
        )


def _written(element: Element) -> str:
    """The runs of a text, without the readings above its characters."""
    readings = {text for reading in element.iter(f"{_MAIN}rPh") for text in reading.iter(f"{_MAIN}t")}
    return "".join(text.text or "" for text in element.iter(f"{_MAIN}t") if text not in readings)


def _column(reference: str, following: int) -> int:
    """``AB12`` is 27; where a cell has no reference, the one that follows."""
    found = _COLUMN.fullmatch(reference)
    if found is None:
        return following
    number = 0
    for letter in found[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _number(value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
