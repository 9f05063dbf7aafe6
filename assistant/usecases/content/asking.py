"""What an operator asks for, with its limits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from assistant.types.content import Goal, Kind
from assistant.usecases.content.languages import Language
from assistant.usecases.request import AnyMoment, Name, Shape, Text

MOST = 20
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class SuggestionsRequest(Shape):
    """``days`` is the period looked at, up to ``at`` (now, or a moment of the past to see what would have been said); ``ahead_days`` the
    time to publish in; ``language`` the drafts'; ``write`` false keeps to templates. ``budget`` is for each plan, in the settings'
    currency; ``prize`` says whether a plan has one (left out: an activity, and no live session)."""

    goal: Goal = Goal.ENGAGE
    segment: Name | None = None
    kinds: Annotated[tuple[Kind, ...], Field(max_length=len(Kind))] = ()
    days: int = Field(7, ge=1, le=28)
    at: AnyMoment | None = Field(None, ge=_EARLIEST)
    ahead_days: int = Field(7, ge=1, le=28)
    tone: Text = Field("", max_length=200)
    language: Language | None = None
    count: int = Field(5, ge=1, le=MOST)
    write: bool = True
    budget: float = Field(0.0, ge=0, le=1e12)
    prize: bool | None = None
    stream: bool = False

    def spoken(self, default: str) -> str:
        """The language of the drafts, one of ``LANGUAGES``."""
        return default if self.language is None else self.language
