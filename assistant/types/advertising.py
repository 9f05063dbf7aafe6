"""What an advertisement is for, and whose rules it has to keep."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Jurisdiction(StrEnum):
    """Mainland China, Taiwan, Hong Kong, the United States. Platforms' own rules hold in all of them."""

    CN = "cn"
    TW = "tw"
    HK = "hk"
    US = "us"


class Category(StrEnum):
    """The kind of goods or service that is advertised."""

    GENERAL = "general"
    FOOD = "food"
    HEALTH_FOOD = "health_food"
    COSMETICS = "cosmetics"
    DRUG = "drug"
    DEVICE = "device"
    MEDICAL = "medical"
    INFANT_FORMULA = "infant_formula"
    FINANCE = "finance"
    EDUCATION = "education"
    REAL_ESTATE = "real_estate"
    ALCOHOL = "alcohol"


@dataclass(frozen=True, slots=True)
class Advertising:
    """Where an advertisement is shown, and what for. No jurisdiction stands for all of them."""

    jurisdictions: tuple[Jurisdiction, ...] = ()
    category: Category = Category.GENERAL


@dataclass(frozen=True, slots=True)
class Law:
    """A rule of law or of a platform that a finding rests on: ``article`` of ``law``. ``jurisdiction`` is one of ``Jurisdiction``, or
    ``platform``; ``checked`` is the day (YYYY-MM-DD) on which the entry was last read over, ``compared`` whether with what is published.
    Not legal advice."""

    id: str
    jurisdiction: str
    law: str
    article: str
    checked: str
    compared: bool
    categories: tuple[Category, ...] = ()
    platform: str | None = None

    def holds(self, where: Advertising) -> bool:
        """Whether it holds for this advertisement."""
        place = self.jurisdiction == "platform" or not where.jurisdictions or self.jurisdiction in where.jurisdictions
        return place and (not self.categories or where.category in self.categories)
