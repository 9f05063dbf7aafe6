"""The texts of embeds and components (https://docs.discord.com/developers/resources/message#embed-object,
https://docs.discord.com/developers/components/reference). People cannot write them, but forward what bots wrote.

New kinds of components come: what they say is read by the names that texts have everywhere, and they are named as not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.platforms.reading import as_text
from assistant.types import Part

_DEEPEST, _MANY, _EMBEDS = 8, 40, 20
_OTHER = "other"
_EMBED_TEXTS = (("title",), ("description",), ("author", "name"), ("footer", "text"), ("provider", "name"))
_TEXTS = ("content", "label", "placeholder", "description", "name", "url")
_CHILDREN = ("components", "accessory", "component", "options", "items")
_THUMBNAIL, _GALLERY, _FILE = 11, 12, 13
# Rows, buttons, selects, inputs, sections, text, separators, containers and labels.
_READ = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 17, 18})
_SHOWN = {_THUMBNAIL: "image", _GALLERY: "image", _FILE: "file"}


def embed_parts(payload: Mapping[str, Any], prefix: str) -> Iterator[Part]:
    for index, embed in enumerate(_list(payload.get("embeds"))[:_EMBEDS]):
        field = f"{prefix}embeds[{index}]"
        for path in _EMBED_TEXTS:
            holder = _object(embed) if len(path) == 1 else _object(_object(embed).get(path[0]))
            yield from _part(holder, path[-1], ".".join((field, *path)))
        for number, one in enumerate(_list(_object(embed).get("fields"))[:_MANY]):
            for name in ("name", "value"):
                yield from _part(_object(one), name, f"{field}.fields[{number}].{name}")


def embed_kinds(payload: Mapping[str, Any]) -> Iterator[str]:
    embeds = payload.get("embeds")
    if len(_list(embeds)) > _EMBEDS or any(len(_list(_object(one).get("fields"))) > _MANY for one in _list(embeds)):
        yield _OTHER


def component_parts(payload: Mapping[str, Any], prefix: str) -> Iterator[Part]:
    yield from _below(payload.get("components"), f"{prefix}components", 1)


def component_kinds(payload: Mapping[str, Any]) -> Iterator[str]:
    """Of media in components, and of what is of no known type, too deep or too much."""
    yield from _kinds(_list(payload.get("components")), 1)


def _below(value: Any, field: str, depth: int) -> Iterator[Part]:
    for index, one in enumerate(_list(value)[:_MANY]):
        inside = f"{field}[{index}]"
        for name in _TEXTS:
            yield from _part(_object(one), name, f"{inside}.{name}")
        if depth < _DEEPEST:
            for name in _CHILDREN:
                yield from _below(_object(one).get(name), f"{inside}.{name}", depth + 1)


def _kinds(components: list[Any], depth: int) -> Iterator[str]:
    if len(components) > _MANY or (components and depth > _DEEPEST):
        yield _OTHER
        if depth > _DEEPEST:
            return
    for one in components[:_MANY]:
        kind = _object(one).get("type")
        if not isinstance(kind, int) or kind not in _READ:
            yield _SHOWN.get(kind, _OTHER) if isinstance(kind, int) else _OTHER
        for name in ("components", "accessory", "component"):
            yield from _kinds(_list(_object(one).get(name)), depth + 1)


def _part(holder: Mapping[str, Any], name: str, field: str) -> Iterator[Part]:
    value = holder.get(name)
    if isinstance(value, str) and value:
        yield Part(field, as_text(value, field))


def _list(value: Any) -> list[Any]:
    """An accessory stands alone, and is read like a list of one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
