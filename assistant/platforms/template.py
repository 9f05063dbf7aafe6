"""Templates of JSON, addresses and headers: ``{text}`` inside strings, replaced once and never read again as a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from assistant.errors import DeliveryRefused

_PLACE = re.compile(r"\{([a-z_]+(?::[^{}\s]+)?)\}")
_WORD = re.compile(r"\{([^{}\s\"',]+)\}")


def places_in(template: Any) -> Iterator[str]:
    """What stands between braces in every string of a JSON template: also a single word that is never filled in, for a slip of the pen
    would go out as it stands. Braces around anything else are the template's own: it may hold JSON in a string."""
    if isinstance(template, str):
        yield from _WORD.findall(template)
    elif isinstance(template, dict):
        for value in template.values():
            yield from places_in(value)
    elif isinstance(template, list | tuple):
        for value in template:
            yield from places_in(value)


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """A copy of a JSON template; only string values change, so whatever a value holds it cannot become structure."""
    if isinstance(template, str):
        return _PLACE.sub(lambda match: values.get(match[1], ""), template)
    if isinstance(template, dict):
        return {name: filled(value, values) for name, value in template.items()}
    if isinstance(template, list | tuple):
        return [filled(value, values) for value in template]
    return template


def filled_url(template: str, values: Mapping[str, str]) -> str:
    """Each value percent-encoded whole. DeliveryRefused where one is missing or would climb the path: that address is another one."""

    def encoded(match: re.Match[str]) -> str:
        value = values.get(match[1], "")
        if value in {"", ".", ".."}:
            raise DeliveryRefused(f"the order has no usable {match[1]}, and the address needs one")
        return quote(value, safe="")

    return _PLACE.sub(encoded, template)


def check_url(template: str, *, braces: bool = True) -> None:
    """ValueError unless it is an http(s) address whose host is fixed and, where ``braces`` are looked at, all of them placeholders'."""
    if braces and set("{}") & set(_PLACE.sub("", template)):
        raise ValueError("has a brace that is no placeholder's")
    parts = urlsplit(template)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "{" in parts.netloc:
        raise ValueError("must be an http or https address, with no placeholder before its path")
