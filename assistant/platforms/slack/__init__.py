"""Slack, through an app of the community's own: the Events API, interactivity and slash commands in, the Web API out."""

from __future__ import annotations

from assistant.platforms.platform import Platform
from assistant.platforms.slack.hooks import parse, reply, verify
from assistant.platforms.slack.orders import act, check
from assistant.platforms.slack.settings import CAPABILITIES, NAME, SECRETS, SlackSettings

PLATFORM = Platform(
    name=NAME,
    title="Slack",
    capabilities=CAPABILITIES,
    settings=SlackSettings,
    secrets=SECRETS,
    verify=verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
