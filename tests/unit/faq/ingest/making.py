"""Documents as other programs make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import openpyxl
from docx import Document as WordDocument
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

FONT = "STSong-Light"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(
    *sheets: tuple[str, Sequence[Sequence[object]]], change: Callable[[openpyxl.Workbook], None] | None = None
) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def shared_workbook(strings: str, cells: str) -> bytes:
    """As Excel itself saves: the texts in one list (``<si>`` elements), the cells with their numbers."""
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    parts = {
        "xl/worksheets/sheet1.xml": sheet.encode(),
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>'.encode(),
    }
    return rezipped(workbook(("a", [["x"]])), lambda found: found.update(parts))


def word(fill: Callable[[WordDocument], None]) -> bytes:
    document = WordDocument()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(*pages: Sequence[tuple[str, int]], password: str | None = None, footer: str = "") -> bytes:
    """Each page's paragraphs with the size of their type."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    story: list[object] = []
    for at, page in enumerate(pages):
        if at:
            story.append(PageBreak())
        for text, size in page:
            style = ParagraphStyle(
                f"s{size}", fontName=FONT, fontSize=size, leading=size * 1.4, spaceAfter=size, wordWrap="CJK"
            )
            story.append(Paragraph(text, style))

    def decorate(canvas, _) -> None:
        canvas.setFont(FONT, 8)
        if footer:
            canvas.drawString(72, 30, f"{footer} {canvas.getPageNumber()}")

    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, encrypt=password).build(story, onFirstPage=decorate, onLaterPages=decorate)
    return out.getvalue()


def rezipped(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A zip archive with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()
