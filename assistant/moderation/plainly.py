"""Words that the classifier takes for harm by themselves, read once more in plain ones: whatever else in the message is harmful still
counts, and so does every rule.

Germs and vermin are killed for cleanliness, a godmother sounds like a curse, and what a food supplement is called promises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from assistant.moderation.assess import Assessment, Classification
from assistant.moderation.rereading import reread
from assistant.ports import Classifier
from assistant.text import Normalised
from assistant.types import Label

_VERMIN: Final = re.compile(
    "细菌|病毒|病菌|真菌|霉菌|螨虫|尘螨|跳蚤|虱子|蟑螂|曱甴|小强|蚂蚁|白蚁|蚊子|蚊虫|苍蝇|老鼠|害虫|虫卵|虫子|杂草|癌细胞"
    r"|\b(?:germs?|bacteria|virus(?:es)?|mould|mold|mites?|fleas?|lice|bed ?bugs|cockroach(?:es)?|roaches|ants|termites"
    r"|mosquito(?:e?s)?|flies|weeds)\b"
)
_PEOPLE: Final = re.compile(
    r"[人你妳您他她们哋狗猪猫]|黑鬼|移工|外劳|同性恋|\b(?:people|person|man|men|wom[ae]n|you|your|he|she|him|her|his|kids?|child(?:ren)?"
    r"|immigrants?|jews?|muslims?|gays?|blacks?|dogs?|cats?)\b"
)
"""Whom such words may mean, or what else may be killed: with one of these a message is left as it stands."""

_KILLED = re.compile(
    r"(?P<harsh>[杀灭]光|全[都部]杀|杀死|灭绝|灭族|杀掉|弄死|掐死|打死|毒死|\bkill(?:s|ed|ing)?\b|\bexterminat(?:e|es|ed|ing|or|ion)\b)"
)
_CURSES: Final = re.compile(r"(?P<harsh>干[妈娘]|几百)(?![逼屄B操])", re.IGNORECASE)
_SUPPLEMENTS: Final = re.compile(r"(?P<harsh>益生[菌元]|乳酸菌)")

_PLAIN: Final = {"干妈": "姑妈", "干娘": "姑妈", "几百": "三百"}


def classify_plainly(
    classifier: Classifier, assessed: Sequence[Assessment], classified: Sequence[Classification]
) -> list[Classification]:
    """``classified``, with what those words alone made of violence, swearing and promises taken out of its scores."""
    found = list(classified)
    for label, plain in ((Label.VIOLENCE, _cleaned), (Label.PROFANITY, _sounding), (Label.MISLEADING, _eaten)):
        found = reread(classifier, assessed, found, label, _read_as(plain))
    return found


def _read_as(plain: Callable[[Normalised], Normalised | None]) -> Callable[[Assessment], dict[str, Normalised]]:
    def read(one: Assessment) -> dict[str, Normalised]:
        if one.continued is not None:
            return {}
        seen = {field: text for field, text in one.spared.items() if text.original}
        found = {field: plain(text) for field, text in seen.items()}
        return {field: found[field] or text for field, text in seen.items()} if any(found.values()) else {}

    return read


def _cleaned(text: Normalised) -> Normalised | None:
    words = text.folded.text
    if not _VERMIN.search(words) or _PEOPLE.search(words):
        return None
    return _with(text, _KILLED, lambda harsh: "removed" if harsh.isascii() else "清除")


def _sounding(text: Normalised) -> Normalised | None:
    return _with(text, _CURSES, _PLAIN.__getitem__)


def _eaten(text: Normalised) -> Normalised | None:
    return _with(text, _SUPPLEMENTS, lambda _: "酸奶")


def _with(text: Normalised, harsh: re.Pattern[str], plain: Callable[[str], str]) -> Normalised | None:
    """The text with ``plain`` words for the ``harsh`` ones; ``None`` where it has none."""
    view = text.folded
    found = [(view.span(*one.span("harsh")), plain(one["harsh"])) for one in harsh.finditer(view.text)]
    words = text.original
    for (start, end), word in reversed(found):
        words = words[:start] + word + words[end:]
    return Normalised(words) if found else None
