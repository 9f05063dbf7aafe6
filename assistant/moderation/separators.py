"""Whether what stands between the characters of a match separates them as a disguise does, and not as sentences do."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.text.joining import STOP


def hold_together(gaps: Sequence[str], length: int, *, starts_word: bool, ends_word: bool) -> bool:
    """Judge the ``gaps`` (non-empty) inside a match of ``length`` characters.

    ``starts_word`` and ``ends_word`` say that no letter or character stands directly before or after it. A match of three or more of
    which all characters are apart in the same way counts; sentence marks, otherwise, never do; a match of two counts only at the edge
    of a word.
    """
    kinds = {_kind(gap) for gap in gaps}
    everywhere = len(gaps) == length - 1
    if everywhere and length > 2 and len(kinds) == 1:
        return True
    if "stop" in kinds:
        return False
    if "space" in kinds:
        return (starts_word or ends_word) if length > 2 else starts_word and ends_word
    return length > 2 or starts_word or ends_word


def _kind(gap: str) -> str:
    if STOP.search(gap):
        return "stop"
    return "space" if gap.isspace() else "sign"
