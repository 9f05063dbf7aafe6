"""HTML (https://html.spec.whatwg.org/): what a reader sees of it, without the page around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from assistant.faq.ingest.blocks import INNERMOST, Block, Closed, Heading, Rows, Text
from assistant.faq.ingest.decoding import decode
from assistant.faq.ingest.document import Defaults, IngestLimits
from assistant.faq.ingest.passages import Reader
from assistant.faq.ingest.tidying import one_line

_NOT_SHOWN = re.findall(
    r"\w+", "script style noscript template nav footer aside select textarea svg canvas iframe object audio video head"
)
"""Not forms and buttons: whole pages stand in the one, and the questions of many an accordion in the other."""
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article blockquote body center div dl fieldset figure figcaption form header hr main ol p section ul pre "
        "details li dt dd summary",
    )
)
_HEADING = re.compile("h([1-6])")
_MARK = "\ue000"
"""Stands for a break in a text whose own line breaks mean nothing."""


def read_html(name: str, content: bytes, title: str, defaults: Defaults, limits: IngestLimits) -> Reader:
    """Raises: InvalidInput."""
    return read_markup(name, decode(name, content, html=True), title, defaults, limits)


def read_markup(name: str, markup: str, title: str, defaults: Defaults, limits: IngestLimits) -> Reader:
    """``title`` counts where the page has none of its own."""
    parsed = LexborHTMLParser(markup)
    heading = parsed.css_first("title") or parsed.css_first("h1")
    own = one_line(heading.text(deep=True)) if heading is not None else ""
    parsed.strip_tags(_NOT_SHOWN, recursive=True)
    reader = Reader(name, own or title, defaults, limits)
    root = parsed.css_first("main") or parsed.css_first("article:only-of-type") or parsed.body
    if root is not None:
        reader.read(_Walk().blocks(root))
    return reader


class _Walk:
    """One pass over the tree, without recursion: a page may be nested as deeply as it likes."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._lists: list[int | None] = []

    def blocks(self, root: LexborNode) -> Iterator[Block]:
        node, entering = root, True
        while True:
            skipped = False
            if entering:
                ready, skipped = self._enter(node)
            else:
                ready = self._leave(node)
            yield from ready
            if entering and not skipped and node.child is not None:
                node = node.child
                continue
            if entering and not skipped:
                yield from self._leave(node)
            if node.mem_id == root.mem_id:
                break
            if node.next is not None:
                node, entering = node.next, True
            elif node.parent is not None:
                node, entering = node.parent, False
            else:
                break
        yield from self._said()

    def _enter(self, node: LexborNode) -> tuple[list[Block], bool]:
        """What is complete now, and whether everything inside was taken."""
        tag = node.tag or ""
        if tag == "-text":
            self._words.append(node.text_content or "")
            return [], True
        if found := _HEADING.fullmatch(tag):
            return [*self._said(), Heading(_shown(node), int(found[1]))], True
        if tag in {"dt", "summary"}:
            return [*self._said(), Heading(_shown(node), INNERMOST, asks=True)], True
        if tag == "table":
            return [*self._said(), Rows(_rows(node))], True
        if tag == "li":
            self._item()
            return [], False
        if tag == "pre":
            return [*self._said(), Text(node.text(deep=True))], True
        if tag == "br":
            self._words.append(_MARK)
        elif tag in {"ul", "ol"}:
            self._begin_list(tag)
        elif tag in _BLOCKS:
            return self._said(), False
        return [], tag.startswith(("-", "!"))

    def _leave(self, node: LexborNode) -> list[Block]:
        tag = node.tag or ""
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            return [] if self._lists else self._said()
        if tag in {"details", "dl"}:
            return [*self._said(), Closed(INNERMOST)]
        if tag in _BLOCKS and tag != "li":
            return self._said()
        return []

    def _begin_list(self, tag: str) -> None:
        if not self._lists:
            self._words.append(_MARK)
        self._lists.append(0 if tag == "ol" else None)

    def _item(self) -> None:
        sign = "- "
        if self._lists and (number := self._lists[-1]) is not None:
            self._lists[-1] = number + 1
            sign = f"{number + 1}. "
        self._words.append(f"{_MARK}{sign}")

    def _said(self) -> list[Block]:
        if self._lists and self._words and self._words[-1].startswith(_MARK):
            return []  # a paragraph inside an item begins behind the item's sign
        if self._lists:
            self._words.append(_MARK)
            return []
        text = _broken("".join(self._words))
        self._words.clear()
        return [Text(text)] if text else []


def _shown(node: LexborNode) -> str:
    return one_line(node.text(deep=True))


def _broken(text: str) -> str:
    lines = (one_line(line) for line in text.split(_MARK))
    return "\n".join(line for line in lines if line and line != "-")


def _rows(table: LexborNode) -> list[list[str]]:
    return [[_shown(cell) for cell in row.css("td, th")] for row in table.css("tr")]
