"""The platforms, one file each, listed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from assistant.errors import InvalidInput
from assistant.platforms import standard_webhooks
from assistant.platforms.platform import Check, Platform, Secret

__all__ = ["PLATFORMS", "Check", "Platform", "Secret", "platform_named"]

PLATFORMS: Mapping[str, Platform] = MappingProxyType({one.name: one for one in (standard_webhooks.PLATFORM,)})


def platform_named(name: str) -> Platform:
    """Raises: InvalidInput, naming the platforms there are."""
    try:
        return PLATFORMS[name]
    except KeyError:
        raise InvalidInput(field="platform", problem=f"must be one of {', '.join(sorted(PLATFORMS))}") from None
