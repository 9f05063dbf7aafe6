"""A message that goes on from its author's last ones: 加, 微, 信 sent one after the other say what 加微信 says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from assistant.types import Finding, Message

FRAGMENT_CHARS = 12
"""A longer message stands for itself, and ends what goes on."""
MOST_FRAGMENTS = 10


@dataclass(frozen=True, slots=True)
class Continued:
    """``whole`` is what its author wrote up to now, ``earlier`` the same without the message, which begins at ``start`` of ``whole``."""

    earlier: str
    whole: str
    start: int


def continued(message: Message) -> Continued | None:
    """By the context, whose last message is the newest; ``None`` if the message does not go on from any."""
    if message.member_id is None or not is_fragment(message.text):
        return None
    before = takewhile(lambda one: one.member == message.member_id and is_fragment(one.text), reversed(message.context))
    fragments = [one.text.strip() for one, _ in zip(before, range(MOST_FRAGMENTS), strict=False)][::-1]
    if not fragments:
        return None
    earlier = joined(fragments)
    whole = joined([earlier, message.text])
    return Continued(earlier, whole, len(whole) - len(message.text))


def is_fragment(text: str) -> bool:
    return bool(text.strip()) and len(text) <= FRAGMENT_CHARS


def joined(fragments: Sequence[str]) -> str:
    """With a space where two Latin words or numbers meet."""
    whole = fragments[0]
    for fragment in fragments[1:]:
        meet = whole[-1].isascii() and whole[-1].isalnum() and fragment[0].isascii() and fragment[0].isalnum()
        whole += f" {fragment}" if meet else fragment
    return whole


def brought_in(findings: Sequence[Finding], start: int) -> list[Finding]:
    """Of the findings in a whole, those that begin before the message and reach into it, as far as they lie in it."""
    return [replace(one, start=0, end=one.end - start) for one in findings if one.start < start < one.end]
