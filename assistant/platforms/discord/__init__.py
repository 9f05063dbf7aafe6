"""Discord: interactions and webhook events in over HTTP, the REST API out. Messages come over the Gateway:
``gateway_event`` reads its payloads, and ``assistant/backends/discord_gateway.py`` holds the connection."""

from __future__ import annotations

from assistant.platforms.discord.checks import check
from assistant.platforms.discord.commands import register_commands
from assistant.platforms.discord.hooks import parse, reply, verify
from assistant.platforms.discord.messages import gateway_event, message_event
from assistant.platforms.discord.orders import act
from assistant.platforms.discord.settings import CAPABILITIES, NAME, SECRETS, DiscordSettings
from assistant.platforms.platform import Platform

__all__ = ["PLATFORM", "DiscordSettings", "gateway_event", "message_event", "register_commands"]

PLATFORM = Platform(
    name=NAME,
    title="Discord",
    capabilities=CAPABILITIES,
    settings=DiscordSettings,
    secrets=SECRETS,
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
