"""What an adapter is: a name, what the platform can do, what a connection needs, and the functions that speak its language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from assistant.ports import Outgoing
from assistant.types import Capabilities, Connection, Hook, HookReply, HookRequest, Order, Outcome, Receipt, Said


class PlatformSettings(BaseModel):
    """What a connection holds beside its secrets: every field described, unknown ones refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=2_000)


@dataclass(frozen=True, slots=True)
class Secret:
    """``make`` invents a value where none is given; a secret that is not ``required`` may be missing. ``check`` says whether a value has
    the form that ``description`` names; it raises nothing."""

    name: str
    description: str
    required: bool = True
    make: Callable[[], str] | None = None
    check: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a connection test. ``detail`` says what was found and, if not ``ok``, what to do about it."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The adapter of one platform.

    ``verify`` raises Unauthenticated for a request that the platform did not send, whatever is wrong with it; it reads the raw bytes and
    compares in constant time. ``parse`` is called after it, and raises InvalidInput for a body it cannot read; what is of no interest, and
    what bots say, gives no events. ``reply`` answers in the platform's words, one outcome for each of the hook's events, in order.
    ``act`` carries one order out; DeliveryRefused, DeliveryFailed and AddressRefused are the only errors it may raise, and what has
    been done already is no error. ``check`` asks the platform whether token and rights are right. ``narrow`` is for platforms whose
    connections differ in what they can do, by their settings. ``complete`` is for those whose hooks leave out what was written: it asks the
    platform for that, gives back what is whole as it is, and may raise what ``act`` may, and InvalidInput.
    """

    name: str
    title: str
    capabilities: Capabilities
    settings: type[PlatformSettings]
    secrets: tuple[Secret, ...]
    verify: Callable[[Connection, HookRequest], None]
    parse: Callable[[Connection, HookRequest], Hook]
    reply: Callable[[Connection, Hook, Sequence[Outcome]], HookReply]
    act: Callable[[Connection, Order, Outgoing], Awaitable[Receipt]]
    check: Callable[[Connection, Outgoing], Awaitable[list[Check]]]
    narrow: Callable[[Mapping[str, Any], Capabilities], Capabilities] | None = None
    complete: Callable[[Connection, Said, Outgoing], Awaitable[Said]] | None = None

    def capable(self, settings: Mapping[str, Any]) -> Capabilities:
        """What a connection with these settings can do."""
        return self.narrow(settings, self.capabilities) if self.narrow is not None else self.capabilities


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
