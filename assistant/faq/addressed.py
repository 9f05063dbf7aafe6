"""Whether a message where members talk is a question to the bot, and what it asks."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AROUND = " \t\n,，:：、;；"


def question_to(text: str, called: Sequence[str], *, to_bot_alone: bool) -> str:
    """The message without the bot's names; empty where it does not speak to the bot. Case does not matter in a name, and a name inside a
    longer Latin word is none. ``to_bot_alone``: no name is needed."""
    names = sorted((name.strip() for name in called), key=len, reverse=True)
    pattern = "|".join(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])" for name in names)
    found = re.search(pattern, text, re.IGNORECASE) if pattern else None
    if found is None:
        return text.strip() if to_bot_alone else ""
    return re.sub(pattern, " ", text, flags=re.IGNORECASE).strip(_AROUND)
