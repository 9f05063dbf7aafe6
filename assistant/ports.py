"""The swap points, on one screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.text import Normalised
from assistant.types import ModelRef
from assistant.types.generation import Generated, Prompted


class Classifier(Protocol):
    """Gives each text a calibrated probability in [0, 1] per label. Thread-safe; labels it does not know are absent."""

    @property
    def ref(self) -> ModelRef: ...

    @property
    def quick(self) -> bool:
        """Whether a short text takes well under a millisecond, so that an event loop may wait for it."""
        ...

    def classify(self, texts: Sequence[Normalised]) -> list[Mapping[str, float]]:
        """One mapping of label to probability per text, in order."""
        ...

    def evidence(self, text: Normalised, label: str) -> list[tuple[int, int]]:
        """The original spans (code points, end exclusive) that speak most for ``label``, in order; never empty for a non-empty text."""
        ...


class Embedder(Protocol):
    """Gives texts vectors whose inner product is their likeness in meaning. Thread-safe."""

    @property
    def ref(self) -> ModelRef: ...

    @property
    def dimensions(self) -> int: ...

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Shape (texts, ``dimensions``), each row of length 1, or 0 for a text that holds nothing the model knows. ``query``: they are
        asked, of texts encoded without it."""
        ...


class Generator(Protocol):
    """Writes text by a language model. What it gives back is untrusted, and may be false."""

    @property
    def ref(self) -> ModelRef: ...

    @property
    def at_once(self) -> int:
        """How many answers it writes at a time, at least 1: further callers wait, and their time runs."""
        ...

    async def generate(
        self,
        prompt: Prompted,
        *,
        schema: Mapping[str, Any] | None = None,
        max_tokens: int = 512,
        timeout_s: float = 20.0,
    ) -> Generated:
        """With ``schema`` (the part of JSON Schema that ``assistant.backends.generated`` reads) ``data`` is an object that fits it.

        Raises:
            Unreadable: what came is of no use; its tokens are told.
            Late: nothing came in time.
            DeliveryFailed: nothing came; it may go well another time.
            DeliveryRefused: the server or the model takes no such request.
        """
        ...

    async def close(self) -> None:
        """Leaves every connection; nothing is asked afterwards."""
        ...


class Answered(Protocol):
    """An answer from outside, its body read whole and bounded. ``headers`` are looked up whatever their case."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def body(self) -> bytes: ...

    def json(self) -> Any:
        """The body as JSON; DeliveryFailed where it is not."""
        ...


class Outgoing(Protocol):
    """The only way out: every address is checked and pinned, nothing is redirected, everything has a timeout."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout_s: float = 10.0,
    ) -> Answered:
        """The answer, whatever its status below 500 and other than 429.

        Raises:
            AddressRefused: the address is private, local, or not one at all.
            DeliveryFailed: no answer in time, or one of 429 or 5xx; it carries what ``Retry-After`` said.
        """
        ...

    async def remembered(self, key: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """The value under ``key``, fetched with the seconds it stays good for when there is none: an access token."""
        ...

    def forget(self, key: str, value: str | None = None) -> None:
        """Drop what is remembered, where it is still ``value`` if that is given: the receiver no longer takes it."""
        ...

    async def close(self) -> None:
        """Leaves every connection; nothing is asked afterwards."""
        ...


class Clock(Protocol):
    """The time now, with a time zone."""

    def __call__(self) -> datetime: ...
