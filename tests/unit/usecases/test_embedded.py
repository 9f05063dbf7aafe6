"""Texts of events are embedded once each, however many events are about them."""

from collections.abc import Sequence

import numpy as np

from assistant.members.interests import DIMENSIONS
from assistant.types import ModelRef
from assistant.usecases.members.folding import embedded


class Counting:
    dimensions = DIMENSIONS
    ref = ModelRef("counting", "1", ())

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        self.read += texts
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        for at, text in enumerate(texts):
            if text:
                found[at, ord(text[0]) % DIMENSIONS] = 1.0
        return found


def test_each_text_is_embedded_once_and_every_event_has_its_own_row() -> None:
    embedder = Counting()
    words = ["a", "", "b", "a", "", "c", "b"]
    found = embedded(embedder, words)
    assert embedder.read == ["a", "", "b", "c"]
    assert found.shape == (7, DIMENSIONS)
    assert [int(row.argmax()) if row.any() else None for row in found] == [
        ord(word) % DIMENSIONS if word else None for word in words
    ]
