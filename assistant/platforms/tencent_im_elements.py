"""A Tencent IM message is a list of elements ("Message Formats"): what of them is text, and what is not.

The first text element is the message's text; further ones, and the texts inside other kinds, are parts (``body[2].desc``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.platforms.reading import as_list, as_object, as_text
from assistant.types import Part

_TEXT, _RELAY = "TIMTextElem", "TIMRelayElem"
_FIELDS = {
    _TEXT: ("Text",),
    "TIMCustomElem": ("Data", "Desc", "Ext"),
    "TIMFileElem": ("FileName",),
    "TIMLocationElem": ("Desc",),
    _RELAY: ("Title",),
}
_UNSCREENED = {
    "TIMFaceElem": "sticker",
    "TIMImageElem": "image",
    "TIMSoundElem": "voice",
    "TIMVideoFileElem": "video",
    "TIMFileElem": "file",
    "TIMLocationElem": "location",
}
_DEEPEST = 3


def first_text(elements: Sequence[Any]) -> str:
    index = _first(elements)
    return "" if index is None else as_text(_content(elements[index], "body").get("Text"), f"body[{index}].text")


def parts_of(elements: Sequence[Any]) -> Iterator[Part]:
    """Every text but the first text element's, in order."""
    first = _first(elements)
    for index, element in enumerate(elements):
        if index != first:
            yield from _parts(element, f"body[{index}]", 1)


def unscreened_in(elements: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_kinds(elements, 1)))


def rewritten(elements: Sequence[Any], text: str) -> list[Any]:
    """The elements with the first text replaced; none where there is no text to replace."""
    index = _first(elements)
    if index is None:
        return []
    changed = {**elements[index], "MsgContent": {**elements[index]["MsgContent"], "Text": text}}
    return [*elements[:index], changed, *elements[index + 1 :]]


def _first(elements: Sequence[Any]) -> int | None:
    return next((index for index, one in enumerate(elements) if one.get("MsgType") == _TEXT), None)


def _content(element: Any, field: str) -> Mapping[str, Any]:
    return as_object(as_object(element, field).get("MsgContent"), f"{field}.MsgContent")


def _parts(element: Any, field: str, depth: int) -> Iterator[Part]:
    kind, content = as_text(as_object(element, field).get("MsgType"), f"{field}.MsgType"), _content(element, field)
    for name in _FIELDS.get(kind, ()):
        if text := as_text(content.get(name), f"{field}.{name}"):
            yield Part(f"{field}.{name.lower()}", text)
    if kind != _RELAY:
        return
    for index, line in enumerate(as_list(content.get("AbstractList"), f"{field}.AbstractList", 300)):
        if text := as_text(line, f"{field}.AbstractList[{index}]"):
            yield Part(f"{field}.abstract[{index}]", text)
    if depth < _DEEPEST:
        for inner, one in _forwarded(content, field):
            yield from _parts(one, inner, depth + 1)


def _forwarded(content: Mapping[str, Any], field: str) -> Iterator[tuple[str, Any]]:
    """The elements of the messages that were forwarded together, each with its field."""
    for index, message in enumerate(as_list(content.get("MsgList"), f"{field}.MsgList", 300)):
        inside = f"{field}.messages[{index}]"
        body = as_list(as_object(message, inside).get("MsgBody"), f"{inside}.MsgBody", 100)
        for place, element in enumerate(body):
            yield f"{inside}.body[{place}]", element


def _kinds(elements: Sequence[Any], depth: int) -> Iterator[str]:
    for element in elements:
        kind = as_text(as_object(element, "MsgBody").get("MsgType"), "MsgBody.MsgType")
        if kind in _UNSCREENED:
            yield _UNSCREENED[kind]
        elif kind not in _FIELDS:
            yield "other"
        if kind == _RELAY:
            inner = [one for _, one in _forwarded(_content(element, "MsgBody"), "MsgBody")]
            yield from _kinds(inner, depth + 1) if depth < _DEEPEST else ("forwarded",)
