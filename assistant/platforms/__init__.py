"""The platforms, one file each, listed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from assistant.errors import InvalidInput
from assistant.platforms import (
    discord,
    discourse,
    line,
    mapping,
    matrix,
    slack,
    standard_webhooks,
    telegram,
    tencent_im,
    wechat_official,
    wecom,
)
from assistant.platforms.platform import Check, Platform, Secret

__all__ = ["PLATFORMS", "Check", "Platform", "Secret", "platform_named"]

_ALL = (
    standard_webhooks.PLATFORM,
    tencent_im.PLATFORM,
    line.PLATFORM,
    wecom.PLATFORM,
    wechat_official.PLATFORM,
    telegram.PLATFORM,
    slack.PLATFORM,
    discourse.PLATFORM,
    discord.PLATFORM,
    matrix.PLATFORM,
    mapping.PLATFORM,
)
PLATFORMS: Mapping[str, Platform] = MappingProxyType({one.name: one for one in _ALL})


def platform_named(name: str) -> Platform:
    """Raises: InvalidInput, naming the platforms there are."""
    try:
        return PLATFORMS[name]
    except KeyError:
        raise InvalidInput(field="platform", problem=f"must be one of {', '.join(sorted(PLATFORMS))}") from None
