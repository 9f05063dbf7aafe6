"""What a Slack connection is made of, and what Slack's interface offers an app on ordinary plans (https://docs.slack.dev)."""

from __future__ import annotations

from pydantic import Field

from assistant.platforms.platform import PlatformSettings, Secret
from assistant.types import Capabilities, Do, Sees

NAME = "slack"
API_BASE = "https://slack.com/api"
# A token goes there: in the clear only to this very machine.
_ADDRESS = r"^(https://|http://(127\.0\.0\.1|localhost)(:[0-9]+)?/)[^\s?#]+$"


class SlackSettings(PlatformSettings):
    team_id: str | None = Field(
        None, description="The workspace's id (`T…`); what other workspaces send is ignored. Empty: any that signs."
    )
    api_base: str = Field(API_BASE, pattern=_ADDRESS, description="Where the Web API is.")


SECRETS = (
    Secret("signing_secret", "The app's signing secret: Basic Information, App Credentials."),
    Secret("token", "The bot's token, `xoxb-…`: OAuth & Permissions, after installing the app."),
    Secret(
        "user_token",
        "The token of an owner or admin who installed the app, `xoxp-…`: without it the bot deletes its own messages only.",
        required=False,
    ),
)

CAPABILITIES = Capabilities(
    sees=frozenset({Sees.MESSAGES, Sees.EDITS, Sees.JOINS, Sees.COMMANDS, Sees.PRESSES}),
    does=frozenset({Do.DELETE, Do.MESSAGE, Do.KICK, Do.POST, Do.AMEND}),
    deadline_s=3.0,
    idempotent=frozenset({Do.DELETE, Do.KICK, Do.AMEND}),
    per_second=0.8,  # most of these methods are of tier 3, 50 calls a minute
)
