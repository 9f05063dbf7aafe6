"""The native request: its shape, its limits, and the message it stands for. The HTTP API and the command line read the same one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self, TypeVar

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from assistant.errors import InvalidInput, TooLarge
from assistant.settings import LimitSettings
from assistant.types import (
    Advertising,
    Category,
    ContextMessage,
    Jurisdiction,
    Message,
    Part,
    PlatformRef,
    Purpose,
)

MAX_ATTACHMENTS = 20
MAX_ROLES = 50
MAX_NAME_CHARS = 200
MOST_MESSAGES, MOST_CONTEXT = 10_000, 200
"""What the limits may be set to at most: a longer list is refused before its items are read."""


_LENGTHS: Final = {"too_long": "at most", "too_short": "at least"}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def storable(text: str) -> str:
    """``text`` itself; ValueError where PostgreSQL could not keep it (NUL) or UTF-8 could not write it (lone surrogates)."""
    if _UNSTORABLE.search(text):
        raise ValueError("must not contain NUL or half of a surrogate pair")
    return text


def check_json(value: Any, field: str, most_bytes: int) -> None:
    """That ``value`` can be kept as ``jsonb``, in at most ``most_bytes``.

    Raises:
        InvalidInput: it has a whole number over 64 bits, one that is not finite, half of a surrogate pair, NUL, or is nested too deep.
        TooLarge: it is longer.
    """
    try:
        written = orjson.dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        raise InvalidInput(field=field, problem="cannot be written as JSON") from None
    if len(written) > most_bytes:
        raise TooLarge(field=field, limit=most_bytes)
    if _NUL.search(written):
        raise InvalidInput(field=field, problem="must not contain NUL")
    if b"null" in written and not _is_finite(
        value
    ):  # so the writer above writes NaN, which a reader of JSON here takes
        raise InvalidInput(field=field, problem="Input should be a finite number")


def _is_finite(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


Text = Annotated[str, AfterValidator(storable)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS), AfterValidator(storable)]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(storable)]
"""Of a page: the longest id with its time, in Base64."""


def in_utc(moment: datetime) -> datetime:
    """The same moment: PostgreSQL reads no offset of sixteen hours or more. What has no date in UTC stays, and is refused by its limits."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment


AnyMoment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Moment = Annotated[
    AwareDatetime,
    AfterValidator(in_utc),
    Field(
        ge=datetime(1970, 1, 1, tzinfo=UTC),
        le=datetime(2200, 1, 1, tzinfo=UTC),
        description="With its offset from UTC, from 1970 to 2200.",
    ),
]
"""One that the database gives back as it was given: it reads no year after 9999, nor before 1, in whatever zone."""
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


S = TypeVar("S", bound=Shape)


class MemberShape(Shape):
    """Who wrote the message. ``name`` is the display name, and is screened."""

    id: Name | None = None
    roles: Annotated[tuple[Name, ...], Field(max_length=MAX_ROLES)] = ()
    name: Text | None = None


class ContextShape(Shape):
    """An earlier message of the thread, oldest first. ``id`` is what ``reply_to`` may name it by."""

    text: Text
    member: Name | None = None
    id: Name | None = None


class PlatformShape(Shape):
    """Where the message stands."""

    name: Name
    message_id: Name | None = None


class AttachmentShape(Shape):
    """Content that is not text: it is named in ``unscreened``; its caption and file name are screened."""

    kind: Kind
    caption: Text | None = None
    file_name: Text | None = None


class AdvertisingShape(Shape):
    """Where an advertisement is shown, and what for; it counts with the purpose ``marketing``. No jurisdiction: all of them."""

    jurisdictions: Annotated[tuple[Jurisdiction, ...], Field(max_length=len(Jurisdiction))] = ()
    category: Category = Category.GENERAL

    def advertising(self) -> Advertising:
        return Advertising(tuple(dict.fromkeys(self.jurisdictions)), self.category)


class ModerateRequest(Shape):
    """One message to screen. ``reply_to`` is the ``id`` of the context's message that it answers; without it, the last by somebody else."""

    text: Text
    member: MemberShape | None = None
    channel: Name | None = None
    context: Annotated[tuple[ContextShape, ...], Field(max_length=MOST_CONTEXT)] = ()
    reply_to: Name | None = None
    platform: PlatformShape | None = None
    community: Name | None = None
    thread: Name | None = None
    sent_at: datetime | None = None
    edit_of: Name | None = None
    purpose: Purpose = Purpose.CHAT
    advertising: AdvertisingShape | None = None
    language: LanguageTag | None = None
    store: bool = True
    attachments: Annotated[tuple[AttachmentShape, ...], Field(max_length=MAX_ATTACHMENTS)] = ()
    group_name: Text | None = None
    link_previews: Annotated[tuple[Text, ...], Field(max_length=MAX_ATTACHMENTS)] = ()

    def parts(self) -> Iterator[Part]:
        """The texts beside ``text``, each with the path that a finding in it names."""
        if self.member and self.member.name:
            yield Part("member.name", self.member.name)
        if self.group_name:
            yield Part("group_name", self.group_name)
        for index, attachment in enumerate(self.attachments):
            if attachment.caption:
                yield Part(f"attachments[{index}].caption", attachment.caption)
            if attachment.file_name:
                yield Part(f"attachments[{index}].file_name", attachment.file_name)
        for index, preview in enumerate(self.link_previews):
            if preview:
                yield Part(f"link_previews[{index}]", preview)

    def message(self) -> Message:
        return Message(
            text=self.text,
            member_id=self.member.id if self.member else None,
            roles=self.member.roles if self.member else (),
            channel=self.channel,
            thread=self.thread,
            context=tuple(ContextMessage(c.text, c.member, c.id) for c in self.context),
            reply_to=self.reply_to,
            platform=PlatformRef(self.platform.name, self.platform.message_id) if self.platform else None,
            sent_at=self.sent_at,
            edit_of=self.edit_of,
            purpose=self.purpose,
            language=self.language,
            parts=tuple(self.parts()),
            unscreened=tuple(dict.fromkeys(a.kind for a in self.attachments)),
            advertising=self.advertising.advertising() if self.advertising else Advertising(),
        )

    def check(self, limits: LimitSettings, path: str = "") -> Self:
        """Itself.

        Raises:
            TooLarge: a text or the context is over its limit.
            InvalidInput: there is nothing to screen.
        """
        if len(self.context) > limits.context_messages:
            raise TooLarge(field=f"{path}context", limit=limits.context_messages)
        for field, text in self._texts():
            if len(text) > limits.text_chars:
                raise TooLarge(field=path + field, limit=limits.text_chars)
        if not self.attachments and not self.text.strip():
            raise InvalidInput("text_empty", field=f"{path}text", limit=1)
        return self

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "text", self.text
        for part in self.parts():
            yield part.field, part.text
        for index, context in enumerate(self.context):
            yield f"context[{index}].text", context.text


class BatchRequest(Shape):
    """Messages to screen, answered in order."""

    messages: Annotated[tuple[ModerateRequest, ...], Field(min_length=1, max_length=MOST_MESSAGES)]

    def check(self, limits: LimitSettings) -> Self:
        """Itself, or the error of the first message that is wrong."""
        if len(self.messages) > limits.batch_messages:
            raise TooLarge(field="messages", limit=limits.batch_messages)
        for index, message in enumerate(self.messages):
            message.check(limits, f"messages[{index}].")
        return self


def read_request(body: bytes, limits: LimitSettings) -> ModerateRequest:
    """One request from JSON in UTF-8; InvalidInput names the field that is wrong."""
    return _read(ModerateRequest, body).check(limits)


def read_batch(body: bytes, limits: LimitSettings) -> BatchRequest:
    """A batch from JSON in UTF-8; InvalidInput names the message and the field."""
    return _read(BatchRequest, body).check(limits)


def _read(shape: type[S], body: bytes) -> S:
    try:
        return shape.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _lone_surrogate(shape, body) or invalid_input(error) from None


def _lone_surrogate(shape: type[Shape], body: bytes) -> InvalidInput | None:
    """The error with its field for a body whose only fault is half of a surrogate pair, which a strict JSON reader cannot place."""
    if b"\\ud" not in body.lower():
        return None
    try:
        shape.model_validate(json.loads(body))
    except ValidationError as error:
        return invalid_input(error)
    except (ValueError, RecursionError):
        return None
    return None


def read_record(record: Any, limits: LimitSettings) -> ModerateRequest:
    """One request from a decoded JSON object."""
    try:
        return ModerateRequest.model_validate(record).check(limits)
    except ValidationError as error:
        raise invalid_input(error) from None


def invalid_input(error: ValidationError) -> InvalidInput:
    """The first of pydantic's errors, with the field's path (``messages[3].text``) and the limit it broke, if any."""
    first = error.errors(include_url=False)[0]
    context = first.get("ctx", {})
    limit = next(
        (context[name] for name in ("max_length", "min_length", "le", "ge", "lt", "gt", "expected") if name in context),
        None,
    )
    problem = _problem(first, limit)
    kind = TooLarge if first["type"] in {"too_long", "string_too_long"} else InvalidInput
    return kind("invalid", field=field_path(first["loc"]) or "body", limit=limit, problem=problem)


def _problem(first: ErrorDetails, limit: object) -> str:
    """What is wrong; of a text that was checked before it was measured, in characters."""
    if isinstance(first["input"], str) and first["type"] in _LENGTHS:
        return f"should have {_LENGTHS[first['type']]} {limit} character{'' if limit == 1 else 's'}"
    return first["msg"].removeprefix("Value error, ")


def field_path(location: tuple[int | str, ...]) -> str:
    """``("messages", 3, "text")`` is ``messages[3].text``."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
