"""What a Discord connection is made of, and what Discord's interface offers a bot (https://docs.discord.com/developers)."""

from __future__ import annotations

from pydantic import Field

from assistant.platforms.platform import PlatformSettings, Secret
from assistant.platforms.secret_forms import matching
from assistant.types import Capabilities, Do, Sees, TextLimit, Unit

NAME = "discord"
API_BASE = "https://discord.com/api/v10"
LONGEST_MUTE_S = 28 * 86_400
LONGEST_TEXT = 2000
# A token goes there: in the clear only to this very machine.
_ADDRESS = r"^(https://|http://(127\.0\.0\.1|localhost)(:[0-9]+)?/)[^\s?#]+$"
_GATEWAY = r"^(wss://[^\s?#]+|ws://(127\.0\.0\.1|localhost)(:[0-9]+)?/?)$"


class DiscordSettings(PlatformSettings):
    guild_id: str = Field(pattern=r"^[0-9]{1,20}$", description="The server's id; what other servers send is ignored.")
    commands: bool = Field(
        True,
        description="Whether the connection test puts the commands into the server; the application's others there go.",
    )
    api_base: str = Field(API_BASE, pattern=_ADDRESS, description="Where the REST API is.")
    gateway_url: str | None = Field(None, pattern=_GATEWAY, description="Where the Gateway is; empty: Discord's own.")


SECRETS = (
    Secret("token", "The bot's token: Bot, Reset Token."),
    Secret(
        "public_key",
        "The application's public key, 64 hexadecimal digits: General Information.",
        check=matching("[0-9a-fA-F]{64}"),
    ),
)

CAPABILITIES = Capabilities(
    sees=frozenset({Sees.MESSAGES, Sees.EDITS, Sees.JOINS, Sees.COMMANDS, Sees.PRESSES}),
    does=frozenset(Do) - {Do.HIDE, Do.RESTORE},
    deadline_s=3.0,
    longest_mute_s=LONGEST_MUTE_S,
    idempotent=frozenset({Do.DELETE, Do.MUTE, Do.UNMUTE, Do.KICK, Do.BAN, Do.UNBAN, Do.AMEND}),
    ends_bans=False,
    per_second=5.0,  # of 50 for the whole bot; single routes have lower limits, told by 429
    longest_text=TextLimit(LONGEST_TEXT, Unit.CODE_POINTS),
)
