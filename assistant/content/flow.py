"""What to say today: topics and needs become ideas, ideas are ranked, and each gets its hour and its words.

Read here first; ``assistant/usecases/content/suggest.py`` loads what goes in and screens what comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assistant.content.ideas import ideas_of
from assistant.content.needs import find_needs
from assistant.content.rank import Ranked, Taste, rank
from assistant.content.topics import Period, rising_topics
from assistant.ports import Embedder
from assistant.types.content import Goal, Idea, Kind, Need, Occasion, Post, Said, Topic


@dataclass(frozen=True, slots=True)
class Material:
    """What a community gives to suggest from; ``gaps`` are questions that the FAQ bot could not answer, ``drafts`` what is approved and
    will be posted."""

    said: Sequence[Said]
    gaps: Sequence[Need]
    occasions: Sequence[Occasion]
    posts: Sequence[Post]
    drafts: Sequence[Post] = ()


@dataclass(frozen=True, slots=True)
class Insight:
    """``vectors`` has a row of length 1 per message."""

    topics: Sequence[Topic]
    needs: Sequence[Need]


def understand(material: Material, vectors: NDArray[np.float32], period: Period) -> Insight:
    """What is rising, and what is wanted."""
    return Insight(rising_topics(material.said, vectors, period), find_needs(material.said, vectors, period))


def suggest(
    material: Material, insight: Insight, embedder: Embedder, now: datetime, taste: Taste, count: int
) -> list[Ranked]:
    """The best ``count`` ideas for the goal and kinds of ``taste``, unlike each other and unlike what was posted lately."""
    ideas = _ideas(material, insight, taste)
    return rank(ideas, [*material.posts, *material.drafts], embedder, now, taste, count)


def empty_because(material: Material, insight: Insight, taste: Taste) -> str:
    """Why nothing was suggested, a key of the words file: nothing lends itself to the kinds asked for (``kinds``), or what does was used or
    posted lately (``used``)."""
    ideas = _ideas(material, insight, taste)
    return "used" if any(not taste.kinds or one.kind in taste.kinds for one in ideas) else "kinds"


def _ideas(material: Material, insight: Insight, taste: Taste) -> list[Idea]:
    return ideas_of(insight.topics, [*insight.needs, *material.gaps], material.occasions, taste.goal)


__all__ = ["Goal", "Idea", "Insight", "Kind", "Material", "suggest", "understand"]
