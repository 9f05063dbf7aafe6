"""A Tencent IM message is a list of elements ("Message Formats"): what of them is text, and what is not.

The first text element is the message's text; further ones, and the texts inside other kinds, are parts (``body[2].desc``). Elements are
whatever their author's client put there: what is of a wrong kind is passed over and named as unscreened, since a body that we refuse to
read is one that the fail mode may let through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.platforms.reading import as_text
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
_MOST = 300  # of anything in one list: a message of Tencent's holds 12 KB
_OTHER, _OVER = "other", "text_over_limit"


def first_text(elements: Sequence[Any]) -> str:
    index = _first(elements)
    return "" if index is None else _text(_content(elements[index]).get("Text"))


def parts_of(elements: Sequence[Any]) -> Iterator[Part]:
    """Every text but the first text element's, in order."""
    first = _first(elements)
    for index, element in enumerate(elements[:_MOST]):
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
    return next((index for index, one in enumerate(elements[:_MOST]) if _is_text(one)), None)


def _is_text(element: Any) -> bool:
    return _kind(element) == _TEXT and isinstance(_content(element).get("Text"), str)


def _kind(element: Any) -> str:
    return _text(_object(element).get("MsgType"))


def _content(element: Any) -> Mapping[str, Any]:
    return _object(_object(element).get("MsgContent"))


def _parts(element: Any, field: str, depth: int) -> Iterator[Part]:
    kind, content = _kind(element), _content(element)
    for name in _FIELDS.get(kind, ()):
        if text := _text(content.get(name)):
            yield Part(f"{field}.{name.lower()}", text)
    if kind != _RELAY:
        return
    for index, line in enumerate(_list(content, "AbstractList")[:_MOST]):
        if text := _text(line):
            yield Part(f"{field}.abstract[{index}]", text)
    if depth < _DEEPEST:
        for number, message in enumerate(_list(content, "MsgList")[:_MOST]):
            for place, one in enumerate(_list(_object(message), "MsgBody")[:_MOST]):
                yield from _parts(one, f"{field}.messages[{number}].body[{place}]", depth + 1)


def _kinds(elements: Sequence[Any], depth: int) -> Iterator[str]:
    """Of what is not text, of what is not as documented, and of what is too much."""
    for element in elements[:_MOST]:
        kind, content = _kind(element), _content(element)
        if kind in _UNSCREENED:
            yield _UNSCREENED[kind]
        elif not (kind in _FIELDS and isinstance(element.get("MsgContent"), dict)):
            yield _OTHER
        if not all(isinstance(content.get(name), str | None) for name in _FIELDS.get(kind, ())):
            yield _OTHER
        if kind == _RELAY:
            yield from _forwarded(content, depth)
    if len(elements) > _MOST:
        yield _OVER


def _forwarded(content: Mapping[str, Any], depth: int) -> Iterator[str]:
    lines, messages = _list(content, "AbstractList"), _list(content, "MsgList")
    if not all(isinstance(content.get(name), list | None) for name in ("AbstractList", "MsgList")):
        yield _OTHER
    if not all(isinstance(line, str | None) for line in lines[:_MOST]):
        yield _OTHER
    if len(lines) > _MOST or len(messages) > _MOST:
        yield _OVER
    if messages and depth >= _DEEPEST:
        yield "forwarded"
        return
    for message in messages[:_MOST]:
        body = _object(message).get("MsgBody")
        if isinstance(body, list):
            yield from _kinds(body, depth + 1)
        else:
            yield _OTHER


def _list(content: Mapping[str, Any], name: str) -> list[Any]:
    value = content.get(name)
    return value if isinstance(value, list) else []


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return as_text(value, "MsgBody") if isinstance(value, str) else ""
