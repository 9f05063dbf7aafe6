"""Which sentence gives the reason of an idea: of one member or of several, of today, tomorrow or later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_DAYS: Final = {0: "_today", 1: "_tomorrow"}


def reason_key(because: str, values: Mapping[str, Any]) -> str:
    """The key below ``content.because`` for a reason and its figures (``members``, or ``days`` until it)."""
    reason = because.removesuffix("_one")
    if "days" in values:
        return reason + _DAYS.get(values["days"], "")
    return reason + ("_one" if values.get("members", 2) == 1 else "")
