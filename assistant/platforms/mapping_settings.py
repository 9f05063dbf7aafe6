"""What a mapped platform looks like: where things are in its webhooks, how they are signed, what it is answered, and its API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from assistant.platforms.dotted_path import steps_of
from assistant.platforms.platform import PlatformSettings
from assistant.platforms.template import check_url, places_in
from assistant.types import Do, Verdict

ANSWER_PLACES = frozenset({"text", "reason", "decision_id", "action"})
CALL_PLACES = frozenset({"id", "channel", "message_id", "member_id", "text", "reason", "until"})
HEADER_PLACES = frozenset({"id", "secret:secret", "secret:api_token"})
STORED: Final[Mapping[str, bool]] = {"stored": True}
"""The context in which stored settings are read."""
_NAME = re.compile(r"[^{}\s]+")


def _a_path(value: str) -> str:
    steps_of(value)
    return value


def _a_url(value: str, info: ValidationInfo) -> str:
    check_url(value, braces=not _is_stored(info))
    return value


def _a_name(value: str, info: ValidationInfo) -> str:
    if not _is_stored(info) and not _NAME.fullmatch(value):
        raise ValueError("must be without spaces and braces")
    return value


def _is_stored(info: ValidationInfo) -> bool:
    """What was accepted once is taken as it is: a check that came later must not stop a connection."""
    return bool((info.context or {}).get("stored"))


Path = Annotated[str, AfterValidator(_a_path)]
RefName = Annotated[str, AfterValidator(_a_name), Field(max_length=100)]


def _check_places(template: Any, allowed: frozenset[str], where: str) -> None:
    if unknown := set(places_in(template)) - allowed:
        raise ValueError(f"{where} may hold {', '.join(sorted(allowed))}, not {', '.join(sorted(unknown))}")


class Fields(PlatformSettings):
    """Dotted paths; in a form, names of fields."""

    text: Path = Field(description="The message's text.")
    message_id: Path | None = Field(None, description="Its id.")
    version: Path | None = Field(None, description="What changes with every edit: a time or a number.")
    member_id: Path | None = Field(None, description="Who wrote it.")
    member_name: Path | None = Field(None, description="Their display name; it is screened too.")
    channel: Path | None = Field(None, description="Where it was written.")
    thread: Path | None = Field(None, description="The thread in it.")
    reply_to: Path | None = Field(None, description="The id of the message that it answers.")
    edited: Path | None = Field(None, description="There, and neither false nor empty, for an edit.")
    bot: Path | None = Field(None, description="What tells bots, or events that are no messages.")
    bot_values: tuple[str, ...] = Field(("true",), description="Values of `bot` that are ignored, as text.")
    parts: tuple[Path, ...] = Field((), description="Further texts: `attachments[*].title`.")
    files: Path | None = Field(None, description="A list; when it is not empty, the message holds what is not text.")
    refs: Mapping[RefName, Path] = Field(
        default_factory=dict, description="What calls need beside: name (without spaces and braces) and path."
    )


class Signature(PlatformSettings):
    scheme: Literal["token", "hmac"] = Field("hmac", description="The secret itself comes along, or a MAC of the body.")
    place: Literal["header", "body", "query"] = Field("header", description="Where it is; a MAC is always in a header.")
    name: str = Field(description="The header's or parameter's name, or the path in the body.", min_length=1)
    algorithm: Literal["sha1", "sha256"] = Field("sha256", description="The MAC's hash.")
    encoding: Literal["hex", "base64"] = Field("hex", description="How the MAC is written.")
    prefix: str = Field("", description="What stands before it: `sha256=`, `Bearer `.")
    timestamp_header: str | None = Field(
        None, description="The header with the time in seconds since 1970, within 5 minutes."
    )
    template: str = Field("{body}", description="What the MAC is over: `{timestamp}.{body}`.")

    @model_validator(mode="after")
    def _is_whole(self, info: ValidationInfo) -> Self:
        if not _is_stored(info):
            _check_places(self.template, frozenset({"body", "timestamp"}), "template")
        if self.scheme == "token" and self.place == "body":
            steps_of(self.name)
        if self.scheme == "hmac" and (self.place != "header" or "{body}" not in self.template):
            raise ValueError("a MAC is in a header, and its template holds {body}")
        if (self.timestamp_header is not None) != ("{timestamp}" in self.template):
            raise ValueError("timestamp_header and {timestamp} in the template need each other")
        return self


class Answer(PlatformSettings):
    """``body`` may hold ``{text}``, ``{reason}``, ``{decision_id}`` and ``{action}`` inside its strings."""

    status: int = Field(200, ge=200, le=599, description="The HTTP status.")
    body: Any = Field(None, description="The JSON document; none: an empty body.")

    @model_validator(mode="after")
    def _knows_its_places(self, info: ValidationInfo) -> Self:
        if not _is_stored(info):
            _check_places(self.body, ANSWER_PLACES, "an answer")
        return self


class Call(PlatformSettings):
    """One HTTP call. Placeholders stand in ``url`` (after the host), in the strings of ``body``, and secrets in ``headers`` alone."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = Field("POST", description="The method.")
    url: Annotated[str, AfterValidator(_a_url)] = Field(description="The address, its placeholders percent-encoded.")
    headers: Mapping[str, str] = Field(
        default_factory=dict, description="`{secret:api_token}` and `{id}` may stand here."
    )
    body: Any = Field(None, description="The JSON document; none: no body.")
    already: tuple[int, ...] = Field((), description="Statuses that say it had been done before: 404 for a deletion.")
    posted: Path | None = Field(None, description="Where the answer names what was posted.")

    @model_validator(mode="after")
    def _knows_its_places(self, info: ValidationInfo) -> Self:
        if _is_stored(info):
            return self
        for place in {*places_in(self.url), *places_in(self.body)} - CALL_PLACES:
            if not place.startswith("ref:"):
                raise ValueError(f"a call may hold {', '.join(sorted(CALL_PLACES))} and ref:name, not {place}")
        _check_places(dict(self.headers), HEADER_PLACES, "a header")
        return self


class MappingSettings(PlatformSettings):
    fields: Fields = Field(description="Where things are in a webhook's body.")
    signature: Signature = Field(description="How we know that the platform sent it.")
    before: bool = Field(False, description="The platform waits for the answer before it shows the message.")
    answers: Mapping[Verdict, Answer] = Field(default_factory=dict, description="What it is answered, by verdict.")
    calls: Mapping[Do, Call] = Field(default_factory=dict, description="How orders are carried out; others are not.")

    @model_validator(mode="after")
    def _can_answer(self) -> Self:
        if self.before and Verdict.REJECT not in self.answers:
            raise ValueError("with before, answers needs at least reject")
        return self
