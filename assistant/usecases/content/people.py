"""Who a caller says is acting: told apart as a reader of the name would."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from assistant.text import visible
from assistant.usecases.request import MAX_NAME_CHARS, storable


def same_person(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case, width, spaces or what nobody sees."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    seen = unicodedata.normalize("NFKC", visible(name)).casefold()
    return "".join(unicodedata.normalize("NFKC", seen).split())


def _readable(name: str) -> str:
    if not _folded(name):
        raise ValueError("must have at least one character that can be seen")
    return name.strip()


Actor = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARS),
    AfterValidator(storable),
    AfterValidator(_readable),
]
"""A person's name as the caller states it, without spaces around it."""
