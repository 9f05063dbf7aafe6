"""OpenAI's moderation endpoint: its 13 categories from our labels. The mapping is told to users in ``docs/migrating.md``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.usecases.request import MOST_MESSAGES, Text

EXTENSION = "assistant"
"""The one key of each result that OpenAI does not have."""

CATEGORIES: dict[str, tuple[str, ...]] = {
    "harassment": ("harassment", "profanity"),
    "harassment/threatening": ("threat",),
    "hate": ("hate",),
    "hate/threatening": ("hate", "threat"),
    "illicit": ("illicit", "fraud", "gambling"),
    "illicit/violent": ("illicit", "violence"),
    "self-harm": ("self_harm",),
    "self-harm/intent": ("self_harm",),
    "self-harm/instructions": ("self_harm",),
    "sexual": ("sexual", "sexual_minors"),
    "sexual/minors": ("sexual_minors",),
    "violence": ("violence",),
    "violence/graphic": ("violence",),
}
_BOTH = frozenset({"hate/threatening", "illicit/violent"})
"""Categories that hold only where all their labels do; the others take the strongest of theirs."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TextPart(_Strict):
    type: Literal["text"]
    text: Text


class ImageUrl(_Strict):
    url: str


class ImagePart(_Strict):
    type: Literal["image_url"]
    image_url: ImageUrl


InputPart = Annotated[TextPart | ImagePart, Field(discriminator="type")]


_COUNT = Field(min_length=1, max_length=MOST_MESSAGES)


class ModerationsRequest(_Strict):
    """A string, a list of strings with one result each, or the parts of one message with one result."""

    input: Text | Annotated[list[Text], _COUNT] | Annotated[list[InputPart], _COUNT]
    model: Text | None = Field(
        None, max_length=200, description="Accepted and echoed; the screening is the same for every name."
    )

    def texts(self) -> list[str]:
        """One text per result."""
        if isinstance(self.input, str):
            return [self.input]
        strings = [part for part in self.input if isinstance(part, str)]
        return strings or ["\n".join(part.text for part in self.input if isinstance(part, TextPart))]

    def holds_image(self) -> bool:
        return not isinstance(self.input, str) and any(isinstance(part, ImagePart) for part in self.input)


def result(native: Mapping[str, Any], over: Collection[str], *, has_text: bool) -> dict[str, Any]:
    """One native response in OpenAI's shape. ``over`` holds the labels that reached a threshold of the policy."""
    scores = native["scores"]
    return {
        "flagged": native["flagged"],
        "categories": {name: _holds(name, labels, over) for name, labels in CATEGORIES.items()},
        "category_scores": {name: _score(name, labels, scores) for name, labels in CATEGORIES.items()},
        "category_applied_input_types": {name: ["text"] if has_text else [] for name in CATEGORIES},
        EXTENSION: native,
    }


def _holds(name: str, labels: tuple[str, ...], over: Collection[str]) -> bool:
    return (all if name in _BOTH else any)(label in over for label in labels)


def _score(name: str, labels: tuple[str, ...], scores: Mapping[str, float]) -> float:
    return (min if name in _BOTH else max)(scores.get(label, 0.0) for label in labels)
