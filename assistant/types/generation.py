"""What a language model is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Prompted:
    """A prompt with its places filled. ``system`` is ours; ``user`` holds what came from outside, as data. ``digest`` is the SHA-256 of the
    prompt's file, in hex: what a stored answer is traced back to."""

    id: str
    version: int
    digest: str
    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Generated:
    """``text`` as the model wrote it, without what it thought aloud; ``data`` is the object in it where a schema was asked for, and fits
    it. ``cut`` says that the model ran out of tokens. Token counts are the server's, 0 where it tells none."""

    text: str
    data: Mapping[str, Any] | None = None
    model: str = ""
    cut: bool = False
    prompt_tokens: int = 0
    completion_tokens: int = 0
