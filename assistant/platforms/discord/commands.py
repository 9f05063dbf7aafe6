"""The commands that members use, as Discord registers them
(https://docs.discord.com/developers/interactions/application-commands)."""

from __future__ import annotations

from typing import Any

from assistant.platforms.discord.calls import call
from assistant.ports import Outgoing
from assistant.types import Connection

COMMANDS = ("report", "appeal", "rules")
REPORT_NAMES = frozenset({"Report", "檢舉", "举报"})
_SLASH, _ON_MESSAGE, _STRING, _IN_SERVERS = 1, 3, 3, 0
_LONGEST_TEXT = 1000


def _named(name: str, simplified: str, traditional: str, key: str = "name") -> dict[str, Any]:
    return {key: name, f"{key}_localizations": {"zh-CN": simplified, "zh-TW": traditional}}


def _text_option(english: str, simplified: str, traditional: str, *, required: bool) -> dict[str, Any]:
    return {
        "type": _STRING,
        "required": required,
        "max_length": _LONGEST_TEXT,
        **_named("text", "内容", "內容"),
        **_named(english, simplified, traditional, "description"),
    }


DEFINITIONS: tuple[dict[str, Any], ...] = (
    {
        "type": _SLASH,
        "contexts": [_IN_SERVERS],
        **_named("report", "举报", "檢舉"),
        **_named("Report something to the moderators", "向管理员举报", "向管理員檢舉", "description"),
        "options": [
            _text_option(
                "What is wrong; paste the message's link if there is one",
                "哪里有问题;有消息链接的话请贴上",
                "哪裡有問題;有訊息連結的話請貼上",
                required=True,
            )
        ],
    },
    {
        "type": _SLASH,
        "contexts": [_IN_SERVERS],
        **_named("appeal", "申诉", "申訴"),
        **_named("Ask for a decision to be looked at again", "请求复核处理结果", "請求重新檢視處理結果", "description"),
        "options": [_text_option("Why it should be changed", "为什么应该改变", "為什麼應該改變", required=False)],
    },
    {
        "type": _SLASH,
        "contexts": [_IN_SERVERS],
        **_named("rules", "规则", "規則"),
        **_named("Read this community's rules", "查看社区规则", "查看社群規則", "description"),
    },
    {"type": _ON_MESSAGE, "contexts": [_IN_SERVERS], **_named("Report", "举报", "檢舉")},
)


async def register_commands(connection: Connection, http: Outgoing, application: str) -> int:
    """Put the commands into the connection's server in place of all that the application has there; how many they are.

    Doing it again changes nothing. Raises: DeliveryRefused, DeliveryFailed.
    """
    path = f"/applications/{application}/guilds/{connection.settings['guild_id']}/commands"
    await call(connection, http, "PUT", path, json=[dict(one) for one in DEFINITIONS])
    return len(DEFINITIONS)
