"""What may be recommended and sent: posts, products, events, FAQ entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """``kind`` is the community's own word (post, product, event, faq); ``price`` an amount in ``currency``, for showing only.

    It may be shown from ``published_at`` until before ``expires_at``, and never while ``hidden`` (its text was found to violate the
    policy, or the operators took it away) or sold out. ``stock`` is how many are left, ``None`` where nobody counts.
    """

    id: str
    title: str
    published_at: datetime
    text: str = ""
    kind: str = "post"
    url: str = ""
    tags: tuple[str, ...] = ()
    creator: str = ""
    price: str | None = None
    currency: str | None = None
    expires_at: datetime | None = None
    hidden: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)
    stock: int | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it may be shown at ``now``."""
        begun = self.published_at <= now and not self.hidden and self.stock != 0
        return begun and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Touch:
    """A member's own deed with an item at ``at`` (seconds since 1970): a click, a view, a purchase. ``weight`` is in (0, 1]."""

    member: str
    item: str
    at: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is shown: ``kind`` names the words (``reasons`` in the words file), ``about`` fills them (a title, a tag)."""

    kind: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Recommended:
    """``score`` orders; ``propensity`` is the probability, in (0, 1], with which the policy puts this item at this place given the places
    above it; ``features`` are what the ranker saw; ``rare``: it has its place because it was shown little."""

    item: str
    score: float
    propensity: float
    reason: Reason
    features: Mapping[str, float] = field(default_factory=dict)
    rare: bool = False


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A list for one member, with everything an off-policy estimate needs later: the whole candidate set and the policy's version."""

    items: tuple[Recommended, ...]
    policy_version: str
    candidates: tuple[str, ...] = ()
    personalised: bool = True
