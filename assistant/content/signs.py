"""Signs in members' words: of questions, complaints and wishes, of urgency, and of harm and grief."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from assistant.text.han import fold
from assistant.types.content import NeedKind

READ_CHARS: Final = 600
_ORDER: Final = (NeedKind.COMPLAINT, NeedKind.WISH)
_APART: Final = "，"


@cache
def _signs() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    document = tomllib.loads((files(__package__) / "needs.toml").read_text("utf-8"))
    return {name: tuple(re.compile(fold(one)) for one in patterns) for name, patterns in document.items()}


def shows(text: str, sign: str) -> bool:
    """Whether what was written has the sign, the name of a list in ``needs.toml``. What is denied shows nothing."""
    return _has(_told(text), sign)


def need_kind(text: str) -> NeedKind | None:
    """A complaint before a wish before a question; None for what wants nothing."""
    told = _told(text)
    found = next((kind for kind in _ORDER if _has(told, kind.value)), None)
    asks = found is None and _has(_read(text), NeedKind.QUESTION.value)
    return NeedKind.QUESTION if asks else found


def troubled(texts: Iterable[str]) -> float:
    """The share of the texts that complain, or speak of harm or grief, from 0 to 1; 0 of none."""
    found = [_has(told, NeedKind.COMPLAINT.value) or _has(told, "grave") for told in map(_told, texts)]
    return sum(found) / len(found) if found else 0.0


def harmed(texts: Iterable[str]) -> bool:
    """Whether any of the texts speaks of harm to somebody's health: an allergy, an injury, a child in danger."""
    return any(shows(text, "harm") for text in texts)


def wished(texts: Iterable[str]) -> float:
    """The share of the texts that wish for something, from 0 to 1; 0 of none."""
    found = [need_kind(text) is NeedKind.WISH for text in texts]
    return sum(found) / len(found) if found else 0.0


def _has(read: str, sign: str) -> bool:
    return any(pattern.search(read) for pattern in _signs()[sign])


def _read(text: str) -> str:
    return fold(text[:READ_CHARS].lower())


def _told(text: str) -> str:
    read = _read(text)
    for pattern in _signs()["denied"]:
        read = pattern.sub(_APART, read)
    return read
