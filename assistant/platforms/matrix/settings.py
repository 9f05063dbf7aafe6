"""What a Matrix connection holds, and the signs that stand for verbs."""

from __future__ import annotations

from types import MappingProxyType

from pydantic import Field

from assistant.platforms.platform import PlatformSettings

NAME = "matrix"

REACTIONS = MappingProxyType({"✅": "approve", "🗑️": "remove", "↩️": "undo"})
"""Matrix has no buttons: staff press by reacting to a card. A reaction comes back as the verb."""

_SELECTORS = str.maketrans("", "", "\ufe0e\ufe0f")
_VERBS = {sign.translate(_SELECTORS): verb for sign, verb in REACTIONS.items()}
_SIGNS = {verb: sign for sign, verb in REACTIONS.items()}


class MatrixSettings(PlatformSettings):
    api_base: str = Field(
        description="The homeserver's client address, `https://matrix.example.org`, without a path.",
        pattern=r"^https?://[^/\s?#]+/?$",
    )
    user_id: str = Field(
        description="The bot's own id, `@assistant:example.org`; what it says is not looked at.",
        pattern=r"^@[^\s:]*:\S+$",
        max_length=255,
    )


def verb_of(sign: str) -> str | None:
    """With or without a variation selector: clients send both."""
    return _VERBS.get(sign.translate(_SELECTORS))


def sign_of(value: str) -> str | None:
    """The sign that presses a button, by the verb that its value ends in (``case:cas_1:remove``); ``None`` where there is no such sign."""
    return _SIGNS.get(value.rpartition(":")[2])
