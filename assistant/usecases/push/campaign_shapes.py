"""What an operator asks a campaign to be, and its limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from assistant.push.buckets import Variant
from assistant.push.pricing import names_price
from assistant.types.campaign import Occasion
from assistant.usecases.request import AnyMoment, LanguageTag, Name, Shape, Text

MAX_TEXT_CHARS, MAX_MEMBERS, MAX_ITEMS, MAX_VARIANTS = 2_000, 10_000, 10, 8
MAX_WINDOW = timedelta(days=31)
Words = Annotated[
    dict[LanguageTag, Annotated[Text, StringConstraints(min_length=1, max_length=MAX_TEXT_CHARS)]],
    Field(min_length=1, max_length=10),
]


class AudienceShape(Shape):
    """One of them: a segment, members by id, or everyone."""

    segment: Name | None = None
    members: Annotated[tuple[Name, ...], Field(max_length=MAX_MEMBERS)] = ()
    everyone: bool = False

    @model_validator(mode="after")
    def one(self) -> Self:
        if (self.segment is not None) + bool(self.members) + self.everyone != 1:
            raise ValueError("needs exactly one of segment, members and everyone")
        return self


class VariantShape(Shape):
    """``text`` in the place of the campaign's own; ``weight`` is its share."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}$")]
    weight: float = Field(1.0, gt=0, le=1_000)
    text: Words | None = None


class OfferShape(Shape):
    """What one of the campaign's items costs those whom it goes to."""

    item: Name
    price: Annotated[str, StringConstraints(pattern=r"^\d{1,12}(\.\d{1,4})?$")]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class CampaignShape(Shape):
    """Text by language, and items after it: named ones, or ``recommend`` of each member's own. ``offers`` are prices of these items for
    the members of this campaign."""

    name: Name
    connection_id: Name
    audience: AudienceShape
    occasion: Occasion = Occasion.CAMPAIGN
    text: Words
    items: Annotated[tuple[Name, ...], Field(max_length=MAX_ITEMS)] = ()
    recommend: int = Field(0, ge=0, le=MAX_ITEMS)
    offers: Annotated[tuple[OfferShape, ...], Field(max_length=MAX_ITEMS)] = ()
    topics: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    starts_at: AnyMoment | None = None
    ends_at: AnyMoment
    holdout: float = Field(0.0, ge=0, lt=1)
    variants: Annotated[tuple[VariantShape, ...], Field(max_length=MAX_VARIANTS)] = ()

    @model_validator(mode="after")
    def sound(self) -> Self:
        if self.starts_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        if self.items and self.recommend:
            raise ValueError("has either items or recommend")
        if len({one.item for one in self.offers} & set(self.items)) < len(self.offers):
            raise ValueError("offers are of the campaign's own items, one of each at most")
        if self.occasion is Occasion.DIGEST and not self.recommend:
            raise ValueError("a digest needs recommend: how many items of each member's own it shows")
        if self.occasion is Occasion.BACK_IN_STOCK and self.recommend:
            raise ValueError("a campaign about what is back in stock shows that, and has no recommend")
        if len({one.name for one in self.variants}) < len(self.variants) or any(
            one.name == "holdout" for one in self.variants
        ):
            raise ValueError("variants need names of their own, and none may be holdout")
        return self

    def split(self) -> tuple[Variant, ...]:
        return tuple(Variant(one.name, one.weight) for one in self.variants) or (Variant("only"),)

    def words(self, variant: str) -> dict[str, str]:
        own = next((one.text for one in self.variants if one.name == variant and one.text), None)
        return own or self.text

    def priced_apart(self) -> tuple[str, ...]:
        """The fields by which members of a segment, or those at risk, are told a price that not everyone is told."""
        if self.audience.everyone and self.occasion is not Occasion.AT_RISK:
            return ()
        return (*(["offers"] if self.offers else []), *(field for field, text in self.texts() if names_price(text)))

    def texts(self) -> list[tuple[str, str]]:
        """Each text with its path."""
        return [(f"text.{language}", text) for language, text in self.text.items()] + [
            (f"variants[{at}].text.{language}", text)
            for at, variant in enumerate(self.variants)
            for language, text in (variant.text or {}).items()
        ]

    def prices(self) -> dict[str, str]:
        """What is shown beside an item, by its id."""
        return {one.item: f"{one.currency} {one.price}" for one in self.offers}

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """From when until when messages may go out, at most ``MAX_WINDOW``."""
        begin = max(now, self.starts_at or now)
        return begin, min(self.ends_at, begin + MAX_WINDOW)


class TriggerShape(Shape):
    """To whom it happened."""

    members: Annotated[tuple[Name, ...], Field(min_length=1, max_length=1_000)]
