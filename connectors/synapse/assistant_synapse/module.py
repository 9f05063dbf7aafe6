"""The callbacks (Synapse's documentation, "Spam checker callbacks").

Events of this homeserver's users are asked about before they are stored: a refusal is an error to the sender's client, and nobody else ever
sees the message. Events that other homeservers send are asked about too, backfilled ones among them; Synapse soft-fails what is refused, so
that this homeserver's users do not see it. The events that make up a room at its creation are not asked about.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import Codes, ConfigError

from assistant_synapse.config import Config, read_config
from assistant_synapse.hook import BadAnswer, Hook

if TYPE_CHECKING:
    from synapse.module_api import EventBase, ModuleApi, StateMap

logger = logging.getLogger(__name__)

Refusal = tuple[Codes, dict[str, Any]]
_ASKED = frozenset(
    {"m.room.message", "m.sticker", "m.room.name", "m.room.topic", "m.poll.start", "org.matrix.msc3381.poll.start"}
)
_ENCRYPTED = "m.room.encrypted"
_REACTION = "m.reaction"
_MEMBER = "m.room.member"
_LEVELS = "m.room.power_levels"
_CREATE = "m.room.create"
_NO_ANSWER = "The moderation service did not answer, and nothing is sent without it. Please try again."
_REFUSED = "The community's rules do not allow this message."
_TELL_TIMEOUT_S = 10.0
_TELL_AFTER_S = (0, 1, 5)
_MOST_TOLD_AT_ONCE = 200


class AssistantModule:
    def __init__(self, config: Config, api: ModuleApi) -> None:
        self._config = config
        self._api = api
        self._hook = Hook(config.url, config.key)
        self._telling = 0
        api.register_spam_checker_callbacks(
            check_event_for_spam=self.check_event_for_spam, user_may_join_room=self.user_may_join_room
        )

    @staticmethod
    def parse_config(config: dict[str, Any]) -> Config:
        try:
            return read_config(config)
        except ValueError as error:
            raise ConfigError(f"assistant_synapse: {error}") from None

    async def check_event_for_spam(self, event: EventBase) -> Literal["NOT_SPAM"] | Refusal:
        if not self._config.looks_at(event.room_id, event.sender):
            return NOT_SPAM
        waits = self._waits(event)
        if waits:
            return await self._asked(event)
        if waits is not None:
            self._tell(_identifier(event.event_id), _event_document(event, "", waits=False))
        return NOT_SPAM

    async def user_may_join_room(self, user: str, room: str, is_invited: bool) -> Literal["NOT_SPAM"]:  # noqa: ARG002
        """Tells of local users only: Synapse asks this for no others, and not for its administrators. Others come as member events."""
        if self._config.looks_at(room, user):
            identifier = _identifier(f"{user} {room} {time.time_ns()}")
            member = {"id": user, "name": await self._display_name(user)}
            self._tell(identifier, {"type": "join", "id": identifier, "room_id": room, "member": member})
        return NOT_SPAM

    def _waits(self, event: EventBase) -> bool | None:
        """Whether the verdict is waited for; ``None``: the event is none of ours."""
        if event.type in _ASKED:
            return True
        if event.type == _ENCRYPTED:
            return self._config.screen_encrypted
        if event.type == _REACTION:
            return self._reaction_waits(event)
        if event.type == _MEMBER and event.content.get("membership") == "join":
            return None if self._api.is_mine(event.sender) else False
        return None

    def _reaction_waits(self, event: EventBase) -> bool | None:
        """A reaction may be any text: one with letters in it is a message. Plain emoji are presses, in the staff's room."""
        relation = event.content.get("m.relates_to")
        key = relation.get("key") if isinstance(relation, Mapping) else None
        if event.room_id != self._config.staff_room and isinstance(key, str) and any(map(str.isalnum, key)):
            return True
        return False if self._config.staff_room in {None, event.room_id} else None

    async def _asked(self, event: EventBase) -> Literal["NOT_SPAM"] | Refusal:
        state = await self._state(event)
        name = await self._name(event, state)
        document = _event_document(event, name, waits=True, level=_level(event, state))
        try:
            answer = await self._hook.post(_identifier(event.event_id), document, self._config.timeout_s)
            verdict, reason = _verdict(answer)
        except Exception as error:  # whatever is wrong outside, the fail mode decides
            logger.warning("No verdict on %s: %s; fail mode %s", event.event_id, _kind(error), self._config.fail_mode)
            return NOT_SPAM if self._config.fail_mode == "open" else (Codes.FORBIDDEN, {"error": _NO_ANSWER})
        return NOT_SPAM if verdict == "allow" else (Codes.FORBIDDEN, {"error": reason or _REFUSED})

    def _tell(self, identifier: str, document: Mapping[str, Any]) -> None:
        if self._telling >= _MOST_TOLD_AT_ONCE:
            logger.warning("Too much to tell at once: %s is dropped", identifier)
            return
        self._telling += 1
        self._api.run_as_background_process("assistant_tell", self._told, identifier, document)

    async def _told(self, identifier: str, document: Mapping[str, Any]) -> None:
        try:
            for pause_s in _TELL_AFTER_S:
                await self._api.sleep(pause_s)
                if await self._heard(identifier, document):
                    return
            logger.warning("Gave up telling %s", identifier)
        finally:
            self._telling -= 1

    async def _heard(self, identifier: str, document: Mapping[str, Any]) -> bool:
        try:
            await self._hook.post(identifier, document, _TELL_TIMEOUT_S)
        except Exception as error:
            logger.warning("Could not tell %s: %s", identifier, _kind(error))
            return False
        return True

    async def _state(self, event: EventBase) -> StateMap[EventBase]:
        """What the room says of the sender; empty where it cannot be read."""
        wanted = [(_LEVELS, ""), (_CREATE, ""), (_MEMBER, event.sender)]
        try:
            return await self._api.get_room_state(event.room_id, wanted)
        except Exception as error:
            logger.warning("No room state: %s", _kind(error))
            return {}

    async def _name(self, event: EventBase, state: StateMap[EventBase]) -> str:
        """Of a local user the name that the room shows, which members may set for one room alone; else the profile's."""
        if not self._api.is_mine(event.sender):
            return ""
        member = state.get((_MEMBER, event.sender))
        shown = member.content.get("displayname") if member is not None else None
        return shown if shown and isinstance(shown, str) else await self._display_name(event.sender)

    async def _display_name(self, user: str) -> str:
        """The profile's, of local users; federated ones tell theirs as they come in."""
        if not self._api.is_mine(user):
            return ""
        try:
            profile = await self._api.get_profile_for_user(user.removeprefix("@").partition(":")[0])
        except Exception as error:
            logger.warning("No display name: %s", _kind(error))
            return ""
        return profile.display_name or ""


def _level(event: EventBase, state: StateMap[EventBase]) -> int | None:
    """The sender's power in the room; 100 for those who made it, where nobody stands above them; ``None`` where nothing is known."""
    if not state:
        return None
    created, levels = state.get((_CREATE, "")), state.get((_LEVELS, ""))
    if created is not None and _is_creator(created, event.sender):
        return 100
    content = levels.content if levels is not None else {}
    users = content.get("users")
    level = users.get(event.sender) if isinstance(users, Mapping) else None
    level = content.get("users_default", 0) if level is None else level
    return level if isinstance(level, int) else None


def _identifier(of: str) -> str:
    """The same for every try of one event."""
    return "evt_" + hashlib.sha256(of.encode("utf-8", "replace")).hexdigest()[:40]


def _is_creator(created: EventBase, user: str) -> bool:
    """In rooms of version 12 and later; in earlier ones they have their level like anybody else."""
    if not getattr(created.room_version, "msc4289_creator_power_enabled", False):
        return False
    more = created.content.get("additional_creators")
    return created.sender == user or (isinstance(more, list | tuple) and user in more)


def _event_document(event: EventBase, name: str, *, waits: bool, level: int | None = None) -> dict[str, Any]:
    told = {
        "type": event.type,
        "event_id": event.event_id,
        "room_id": event.room_id,
        "sender": event.sender,
        "origin_server_ts": event.origin_server_ts,
        "content": {} if event.type == _ENCRYPTED else event.content,
    }
    if event.is_state():
        told["state_key"] = event.state_key
    return {"type": "event", "waits": waits, "event": told, "member": {"name": name, "level": level}}


def _verdict(answer: Any) -> tuple[str, str]:
    if not isinstance(answer, dict) or answer.get("verdict") not in {"allow", "reject"}:
        raise BadAnswer("the hook's answer holds no verdict")
    reason = answer.get("reason")
    return answer["verdict"], reason if isinstance(reason, str) else ""


def _kind(error: Exception) -> str:
    """What may be logged of an error: others' texts might hold words of the message."""
    return str(error) if isinstance(error, BadAnswer) else type(error).__name__
