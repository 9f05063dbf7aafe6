"""The documented forms of secrets, for ``Secret.check``. None of them raises, whatever it is given."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable


def matching(pattern: str) -> Callable[[str], bool]:
    """Whether the whole secret is in ``pattern``."""
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: compiled.fullmatch(value) is not None


def base64_after(prefix: str, least: int, most: int) -> Callable[[str], bool]:
    """Whether it is ``prefix`` and from ``least`` to ``most`` bytes in base64, with its padding."""

    def check(value: str) -> bool:
        try:
            key = base64.b64decode(value.removeprefix(prefix), validate=True)
        except ValueError:
            return False
        return value.startswith(prefix) and least <= len(key) <= most

    return check
