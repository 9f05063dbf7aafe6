"""What may not be got wrong in an answer: numbers, amounts, dates, addresses, names; and whether something is denied."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from assistant.text import Normalised
from assistant.text.numerals import value_of

_TABLE: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "rules" / "facts.toml").read_text("utf-8"))

_LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s，。；、）)」』>\"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|tw|hk|cn|shop|app)\b(?:/[^\s，。；、）)]*)?",
    re.ASCII,
)
_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")
_UNITS: Final = {written: unit for unit, ways in _TABLE["units"].items() for written in ways}
_UNIT: Final = re.compile(
    rf"(\d+(?:[.,]\d+)*)\s?({'|'.join(re.escape(written) for written in sorted(_UNITS, key=len, reverse=True))})(?![a-z])"
)
_WORDS: Final[dict[str, int]] = _TABLE["words"]
_WORD_NUMBER: Final = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_HAN_NUMBER: Final = re.compile(str(_TABLE["patterns"]["han_number"]))
_NAME: Final = re.compile(r"(?<![.!?。！？\n] )(?<!^)\b[A-Z][A-Za-z0-9&'-]+(?: [A-Z][A-Za-z0-9&'-]+)*", re.ASCII)
_NOT_NAMES: Final = frozenset(_TABLE["patterns"]["not_names"])
_DENIAL: Final = re.compile(str(_TABLE["patterns"]["denial"]))


def facts(text: str) -> frozenset[str]:
    """Every link, number (with its unit where it has one) and capitalised name inside a sentence, in one form: 七天, 7 days and 7日 are
    the same."""
    even = _even(text)
    links = frozenset(match[0].rstrip(".,") for match in _LINK.finditer(even))
    counted = _in_digits(_LINK.sub(" ", even))
    units = {f"{_plain_number(match[1])} {_UNITS[match[2]]}" for match in _UNIT.finditer(counted)}
    numbers = {_plain_number(match[0]) for match in _NUMBER.finditer(counted)}
    return links | numbers | units | _names(_LINK.sub(" ", text))


def denies(text: str) -> bool:
    """Whether something is denied in it."""
    return _DENIAL.search(_even(text)) is not None


def _even(text: str) -> str:
    return Normalised(text).folded.text.replace("\u2019", "'")


def _names(text: str) -> frozenset[str]:
    words = (match[0].lower() for match in _NAME.finditer(text))
    return frozenset(word for word in words if word not in _NOT_NAMES and len(word) > 1)


def _plain_number(number: str) -> str:
    """``1,000`` and ``1000`` are one; ``7.0`` and ``7`` too."""
    return re.sub(r",(?=\d{3}\b)", "", number).removesuffix(".0")


def _in_digits(text: str) -> str:
    text = _WORD_NUMBER.sub(lambda match: str(_WORDS[match[0]]), text)
    return _HAN_NUMBER.sub(lambda match: str(value_of(match[0])), text)
