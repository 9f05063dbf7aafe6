"""The texts that the model of advertising claims is trained on: written for this project, in ``seeds/`` and ``eval/ads/working.tsv``.

A file of seeds has families of texts: a line ``@rule category family``, then one text a line, ``+`` (makes the claim) or ``-`` (only looks
like it), a letter for the language, a space, the text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from assistant.moderation.advertising import find_claims, rule_named
from assistant.moderation.advertising.rulebook import load_rules
from assistant.text import Normalised
from assistant.types import Advertising, Category
from assistant.words import LANGUAGES, load_words

HERE: Final = Path(__file__).parent
ADS: Final = HERE.parents[1] / "eval" / "ads"
NONE: Final = ""
_LANGUAGES: Final = {"s": "zh-Hans", "t": "zh-Hant", "k": "zh-Hant-HK", "e": "en"}
_PROMOTED: Final = "infant_promotion"


class Text(NamedTuple):
    """``rule`` is the claim that it makes, or that it only looks like; ``family`` groups what was written alike, for cross-validation."""

    claims: bool
    rule: str
    language: str
    category: str
    family: str
    text: str

    @property
    def kind(self) -> str:
        """The rule whose claim it makes, or ``NONE``. Formula's promotion is a rule of its own, as the texts do not have it."""
        if not self.claims:
            return NONE
        return _PROMOTED if self.rule == "infant" and self._promotes() else self.rule

    def _promotes(self) -> bool:
        found = find_claims(Normalised(self.text), Advertising(category=Category(self.category)))
        rules = {rule_named(one.source) for one in found}
        return _PROMOTED in rules and "infant" not in rules


def training_texts() -> list[Text]:
    """All, in a fixed order. ValueError for a file that does not keep to the format."""
    seeds = [text for file in sorted((HERE / "seeds").glob("*.txt")) for text in _seeds(file)]
    return [*seeds, *_working(ADS / "working.tsv"), *_own_words()]


def _seeds(file: Path) -> Iterator[Text]:
    rule = category = family = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line.startswith("@"):
            rule, category, family = line[1:].split()
        elif line[:1] in {"+", "-"} and line[1:2] in _LANGUAGES and line[2:3] == " " and rule:
            yield Text(line[0] == "+", rule, _LANGUAGES[line[1]], category, family, line[3:])
        else:
            raise ValueError(f"{file.name}:{number}: neither a family nor a text")


def _working(file: Path) -> Iterator[Text]:
    with file.open(encoding="utf-8", newline="") as rows:
        for mark, *rest in csv.reader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            language, category, family, text = rest
            yield Text(mark[0] == "+", mark[1:], language, category, f"eval/{family}", text)


def _own_words() -> Iterator[Text]:
    """What the product itself writes, which claims nothing: templates of drafts, and what rewordings put in place."""
    words = load_words()
    for language in LANGUAGES:
        for key in words.keys("content."):
            yield Text(False, "plain", language, "general", "own/templates", words.get(key, language))
        for rule in load_rules():
            yield Text(False, rule.id, language, "general", "own/blanks", rule.blank[language])
            for other in rule.instead:
                yield Text(False, rule.id, language, "general", "own/instead", other.say[language])
