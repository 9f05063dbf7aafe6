"""The lists that ship: curated terms for every label that words can tell, with a note of origin in each file."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.types import TermList, TermScript

_KEYS = {"id", "label", "score", "script", "evasive", "unless", "terms"}


@cache
def starter_lists() -> tuple[TermList, ...]:
    """Every shipped list, in the order of their files' names.

    Raises:
        ValueError: a file is wrong; the tests read them all.
    """
    folder = files("assistant.moderation") / "lists"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(one for name in names for one in _read((folder / name).read_text(encoding="utf-8"), name))


def _read(source: str, name: str) -> list[TermList]:
    document = tomllib.loads(source)
    if not document.get("origin"):
        raise ValueError(f"{name} does not say where its terms come from")
    return [_term_list(entry, name) for entry in document["list"]]


def _term_list(entry: dict[str, Any], name: str) -> TermList:
    if unknown := entry.keys() - _KEYS:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    return TermList(
        id=entry["id"],
        label=entry["label"],
        terms=tuple(entry["terms"]),
        score=entry["score"],
        script=TermScript(entry.get("script", "any")),
        evasive=entry.get("evasive", True),
        unless=tuple(entry.get("unless", ())),
    )
