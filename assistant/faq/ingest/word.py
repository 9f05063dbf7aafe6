"""Word documents (.docx: ECMA-376, WordprocessingML): paragraphs, headings by their style, lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from assistant.faq.ingest.archives import Archive
from assistant.faq.ingest.blocks import Block, Heading, Rows, Text
from assistant.faq.ingest.document import Defaults, IngestLimits
from assistant.faq.ingest.passages import Reader
from assistant.faq.ingest.tidying import one_line, tidy

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_HEADING = re.compile(r"(?:heading|標題|标题)\s*([1-9])", re.IGNORECASE)
_AROUND = frozenset({f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins", f"{_W}moveTo"})
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_MOST_NESTED = 30
_ITEM = -1


def read_word(name: str, content: bytes, title: str, defaults: Defaults, limits: IngestLimits) -> Reader:
    """Raises: InvalidInput."""
    archive = Archive(name, content, limits)
    root = archive.xml("word/document.xml")
    _drop_fallbacks(root)
    blocks = list(_joined(_blocks(root.find(f"{_W}body"), _levels(archive))))
    own = _core_title(archive) or next((one.text for one in blocks if isinstance(one, Heading) and one.level == 1), "")
    reader = Reader(name, one_line(own) or title, defaults, limits)
    reader.read(blocks)
    return reader


def _blocks(parent: Element | None, levels: dict[str, int], depth: int = 0) -> Iterator[Block]:
    if depth > _MOST_NESTED:
        return
    for element in parent if parent is not None else ():
        if element.tag == f"{_W}p":
            yield _paragraph(element, levels)
        elif element.tag == f"{_W}tbl":
            yield Rows([[_text(cell) for cell in row.findall(f"{_W}tc")] for row in element.iter(f"{_W}tr")])
        elif element.tag in _AROUND:
            yield from _blocks(element, levels, depth + 1)


def _joined(blocks: Iterator[Block]) -> Iterator[Block]:
    """The items of a list are one text, as they are read together."""
    items: list[str] = []
    for block in blocks:
        if isinstance(block, Text) and block.text.startswith("- "):
            items.append(block.text)
            continue
        if items:
            yield Text("\n".join(items))
            items = []
        yield block
    if items:
        yield Text("\n".join(items))


def _paragraph(paragraph: Element, levels: dict[str, int]) -> Block:
    text = _text(paragraph)
    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        return Text(text)
    style = properties.find(f"{_W}pStyle")
    level = _outline(properties) or levels.get(style.get(f"{_W}val", "") if style is not None else "")
    if level and level != _ITEM and text:
        return Heading(text, level)
    item = level == _ITEM or properties.find(f"{_W}numPr") is not None
    return Text(f"- {one_line(text)}" if text and item else text)


def _text(element: Element) -> str:
    """What stands in it; a paragraph inside, as in a table's cell, begins a line."""
    words: list[str] = []
    for one in element.iter():
        if one.tag == f"{_W}t":
            words.append(one.text or "")
        elif one.tag == f"{_W}p" and words:
            words.append("\n")
        else:
            words.append(_SIGNS.get(one.tag, ""))
    return tidy("".join(words))


def _levels(archive: Archive) -> dict[str, int]:
    """The heading level of each paragraph style that has one, by its id; ``_ITEM`` for those of lists."""
    if "word/styles.xml" not in archive:
        return {}
    levels: dict[str, int] = {}
    for style in archive.xml("word/styles.xml").iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        found = _HEADING.match(name.get(f"{_W}val", "")) if name is not None else None
        properties = style.find(f"{_W}pPr")
        level = int(found[1]) if found else (_outline(properties) if properties is not None else None)
        if not level and properties is not None and properties.find(f"{_W}numPr") is not None:
            level = _ITEM
        if name is not None and name.get(f"{_W}val", "").lower() == "title":
            level = 1
        if level:
            levels[style.get(f"{_W}styleId", "")] = level
    return levels


def _outline(properties: Element) -> int | None:
    """Outline levels count from 0; 9 is body text."""
    outline = properties.find(f"{_W}outlineLvl")
    value = outline.get(f"{_W}val", "") if outline is not None else ""
    return int(value) + 1 if value.isdecimal() and int(value) < 9 else None


def _core_title(archive: Archive) -> str:
    if "docProps/core.xml" not in archive:
        return ""
    return archive.xml("docProps/core.xml").findtext(_TITLE) or ""


def _drop_fallbacks(root: Element) -> None:
    """What older programs are to show in place of a text box would count twice."""
    for parent in list(root.iter()):
        for child in [one for one in parent if one.tag == _FALLBACK]:
            parent.remove(child)
