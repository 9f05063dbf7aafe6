"""Questions as lists of candidates' features, taken from the index itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from assistant.faq import candidates
from assistant.faq.candidates import Question
from assistant.faq.dense import FlatVectors
from assistant.faq.lexical import Common
from assistant.faq.segment import Segment
from assistant.faq.texts import entry_texts
from assistant.faq.tokens import lexical_tokens
from assistant.ports import Embedder
from models.faq.community import Community

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """``features`` (candidates, ``FEATURES``); ``right`` masks the candidates that answer; ``answerable`` says whether any entry does,
    found or not."""

    features: npt.NDArray[np.float32]
    context: npt.NDArray[np.float32]
    right: npt.NDArray[np.bool_]
    answerable: bool
    kind: str
    community: str
    group: str


def listed(community: Community, embedder: Embedder, common: Common) -> list[Listed]:
    texts = [text for entry in community.entries for text in entry_texts(entry)]
    segment = Segment.build(community.entries, embedder.encode(texts), FlatVectors.build, common)
    vectors = embedder.encode([asking.text for asking in community.askings])
    found = []
    for asking, vector in zip(community.askings, vectors, strict=True):
        question = Question(asking.text, lexical_tokens(asking.text), vector, asking.language)
        seen = candidates.find(segment, question, None)
        right = np.array([community.entries[i].id in asking.right for i in seen.entries], np.bool_)
        context = candidates.context([segment], question, len(community.entries))
        found.append(
            Listed(
                candidates.together([seen]),
                context,
                right,
                bool(asking.right),
                community.kind,
                community.name,
                asking.group,
            )
        )
    return found
