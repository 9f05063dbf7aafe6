"""A text as a person sees it: without what is not shown."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LINES: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
"""Unicode's general categories of controls, formats (zero width, bidirectional, tags), and of what has no form."""


def visible(text: str) -> str:
    """Lines end in a line feed; controls, format characters, selectors and unassigned characters are left out."""
    kept = _SELECTORS.sub("", _LINES.sub("\n", text))
    return "".join(char for char in kept if char in "\n\t" or unicodedata.category(char) not in _HIDDEN)
