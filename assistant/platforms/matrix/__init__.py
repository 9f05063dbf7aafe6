"""Matrix: a module in the homeserver asks before a message is sent (``connectors/synapse``), a bot account acts.

Messages come in as our module sends them, signed as Standard Webhooks; orders go out by the Client-Server API.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from assistant.platforms import standard_webhooks
from assistant.platforms.matrix.checks import check
from assistant.platforms.matrix.events import parse
from assistant.platforms.matrix.orders import DOES, act
from assistant.platforms.matrix.settings import NAME, REACTIONS, MatrixSettings
from assistant.platforms.platform import Platform, Secret
from assistant.types import Capabilities, Connection, Do, Hook, HookReply, Outcome, Sees, Verdict

__all__ = ["NAME", "PLATFORM", "REACTIONS", "MatrixSettings"]


def reply(connection: Connection, hook: Hook, outcomes: Sequence[Outcome]) -> HookReply:
    """The verdict that our module reads. Matrix has no private answers: what a press comes to is not said."""
    outcome = outcomes[0] if outcomes else Outcome()
    document = {
        "verdict": (Verdict.REJECT if outcome.verdict is Verdict.REJECT else Verdict.ALLOW).value,
        "reason": outcome.reason or None,
        "degraded": outcome.degraded,
    }
    return HookReply(body=orjson.dumps(document))


PLATFORM = Platform(
    name=NAME,
    title="Matrix",
    capabilities=Capabilities(
        sees=frozenset({Sees.MESSAGES, Sees.EDITS, Sees.JOINS, Sees.PRESSES}),
        does=DOES,
        verdicts=frozenset({Verdict.ALLOW, Verdict.REJECT}),
        deadline_s=1.6,  # the module's `timeout_s`
        idempotent=DOES - {Do.KICK},
        per_second=5.0,
        ends_mutes=False,
        ends_bans=False,
    ),
    settings=MatrixSettings,
    secrets=(
        Secret(
            "secret",
            "`whsec_` and 24 to 64 bytes in base64, the module's as well; made when it is not given.",
            make=standard_webhooks.make_secret,
            check=standard_webhooks.is_secret,
        ),
        Secret("token", "The bot account's access token."),
    ),
    verify=standard_webhooks.verify,
    parse=parse,
    reply=reply,
    act=act,
    check=check,
)
