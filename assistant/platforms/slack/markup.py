"""Slack's text formatting (https://docs.slack.dev/messaging/formatting-message-text), and the texts in blocks and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.platforms.reading import as_list, as_object, as_text
from assistant.types import Part

_LINK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_MARKS = re.compile(r"[\s*_~`]+")
_BLOCKS, _LEAVES, _DEPTH = 50, 500, 12
_ATTACHMENTS = 20
_LEAF_KEYS = ("text", "url", "alt_text", "title")
_BRANCHES = ("text", "title", "elements", "fields", "accessory", "description", "rows", "caption")


def readable(text: str) -> str:
    """``text`` as people see it: links with their label, mentions with a sign before them, the three entities undone."""
    return _unescaped(_LINK.sub(_shown, text))


def escaped(text: str) -> str:
    """``text`` with the three characters that Slack reads as markup taken out of its way: nobody is mentioned by it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def block_parts(blocks: Any, text: str) -> list[Part]:
    """What the blocks say and ``text`` does not: a composed message says everything twice, a forged one need not."""
    known = _bare(text)
    parts = []
    for index, block in enumerate(as_list(blocks, "blocks", 1000)[:_BLOCKS]):
        leaves = _leaves(as_object(block, f"blocks[{index}]"))
        said = [leaf for leaf, _ in zip(leaves, range(_LEAVES), strict=False) if _bare(leaf) not in known]
        if said:
            parts.append(Part(f"blocks[{index}]", "\n".join(said)))
    return parts


def attachment_parts(attachments: Any) -> list[Part]:
    """The texts of what was shared, forwarded or unfurled."""
    parts: list[Part] = []
    for index, attachment in enumerate(as_list(attachments, "attachments", 1000)[:_ATTACHMENTS]):
        field = f"attachments[{index}]"
        one = as_object(attachment, field)
        parts += _texts(one, field, ("pretext", "title", "text"))
        for number, entry in enumerate(as_list(one.get("fields"), f"{field}.fields", 1000)[:_ATTACHMENTS]):
            name = f"{field}.fields[{number}]"
            parts += _texts(as_object(entry, name), name, ("title", "value"))
    return parts


def _texts(holder: Mapping[str, Any], field: str, names: Iterable[str]) -> Iterator[Part]:
    for name in names:
        if text := readable(as_text(holder.get(name), f"{field}.{name}")):
            yield Part(f"{field}.{name}", text)


def _shown(match: re.Match[str]) -> str:
    target, label = match[1], match[2] or ""
    if target[:1] in {"@", "#"}:
        return target[0] + (label or target[1:])
    if target[:1] == "!":
        return label or "@" + target[1:]
    return target if not label or target.endswith(label) else f"{label} {target}"


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _bare(text: str) -> str:
    return _MARKS.sub("", text)


def _leaves(node: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Every text under a block, whatever its kind: blocks are many and new ones come, so nothing unknown is an error."""
    marked = node.get("type") == "mrkdwn"
    for key in _LEAF_KEYS:
        if isinstance(value := node.get(key), str) and value:
            text = as_text(value, f"blocks.{key}")
            yield readable(text) if marked else text
    if depth < _DEPTH:
        for key in _BRANCHES:
            yield from _below(node.get(key), depth)


def _below(value: Any, depth: int) -> Iterator[str]:
    children = value if isinstance(value, list) else [value]
    for child in children[:_LEAVES]:
        if isinstance(child, dict):
            yield from _leaves(child, depth + 1)
        elif isinstance(child, list) and depth < _DEPTH:
            yield from _below(child, depth + 1)
