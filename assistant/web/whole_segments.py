"""Paths whose segments stay whole: an id with a slash is written ``%2F``, and is one segment all the same."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

SLASH: Final = "\udc2f"
"""Stands for an encoded slash. No address holds it: half of a surrogate pair has no encoding."""


def path_of(scope: Scope) -> str:
    """The decoded path, each encoded slash as ``SLASH``."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return path
    segments = raw.partition(b"?")[0].decode("ascii", "replace").split("/")
    return "/".join(unquote(segment).replace("/", SLASH) for segment in segments)


class WholeSegments(APIRoute):
    """A route that an encoded slash neither ends a parameter for nor leads elsewhere."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches({**scope, "path": path_of(scope)})
        if "path_params" in child:
            child["path_params"] = {
                name: value.replace(SLASH, "/") if isinstance(value, str) else value
                for name, value in child["path_params"].items()
            }
        return match, child
