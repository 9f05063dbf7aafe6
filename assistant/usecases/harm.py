"""What nothing is proposed of: members' texts in which the risk screen sees harm."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from assistant.moderation.flow import Screener
from assistant.moderation.policy import shipped_policy
from assistant.types import Action, Decision, Label, Message

if TYPE_CHECKING:
    from assistant.usecases.assistant import Assistant

_HARM: Final = (
    Label.SELF_HARM,
    Label.SEXUAL,
    Label.SEXUAL_MINORS,
    Label.HATE,
    Label.THREAT,
    Label.VIOLENCE,
    Label.HARASSMENT,
    Label.PROFANITY,
    Label.GAMBLING,
    Label.ILLICIT,
    Label.FRAUD,
)
_PART: Final = 200
_MOST: Final = 50_000


class KnownHarm:
    """Whether texts that were screened lately are harmful: at most ``_MOST``, by their hash and the policy; the words are not kept.
    Thread-safe."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, bool] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, keys: Sequence[bytes]) -> list[bool | None]:
        with self._lock:
            return [self._known.get(key) for key in keys]

    def put(self, found: Mapping[bytes, bool]) -> None:
        with self._lock:
            for key, harmful in found.items():
                self._known[key] = harmful
                self._known.move_to_end(key)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)


def harmful(assistant: Assistant, community: str, texts: Sequence[str]) -> list[bool]:
    """Of each text, whether a label of harm reaches the least threshold of the shipped policy or one of the community's own, whatever that
    policy makes of it; one that could not be screened whole counts as harmful. Blocks on the database and the model.

    Raises:
        NotFound: there is no such community.
    """
    screener = assistant.screeners.refresh(community)
    keys = [_key(community, screener, text) for text in texts]
    known = dict(zip(keys, assistant.known_harm.get(keys), strict=True))
    new = [(key, text) for key, text in dict(zip(keys, texts, strict=True)).items() if known[key] is None]
    for start in range(0, len(new), _PART):
        part = new[start : start + _PART]
        decisions = screener.screen_batch([Message(text) for _, text in part])
        found = {key: _is_harmful(decision) for (key, _), decision in zip(part, decisions, strict=True)}
        whole = [not decision.degraded for decision in decisions]
        assistant.known_harm.put({key: its for (key, its), sure in zip(found.items(), whole, strict=True) if sure})
        known |= found
    return [bool(known[key]) for key in keys]


def _key(community: str, screener: Screener, text: str) -> bytes:
    policy = screener.policy
    return blake2b(f"{community}\0{policy.id}\0{policy.version}\0{text}".encode(), digest_size=16).digest()


def _is_harmful(decision: Decision) -> bool:
    least = shipped_policy().thresholds
    return bool(decision.degraded) or any(
        label in decision.over or least[label].action(decision.scores.get(label, 0.0)) is not Action.ALLOW
        for label in _HARM
    )
