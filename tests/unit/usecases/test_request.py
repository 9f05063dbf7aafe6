"""The native request: what is refused, with which field and limit, and the message that it stands for."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from assistant.errors import InvalidInput, TooLarge
from assistant.settings import LimitSettings
from assistant.types import Part, Purpose
from assistant.usecases.request import AnyMoment, read_batch, read_record, read_request

LIMITS = LimitSettings(text_chars=100, batch_messages=3, context_messages=2)


def body(**fields: object) -> bytes:
    return json.dumps({"text": "hi"} | fields).encode()


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "body"),
        (b"nonsense", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b"\xff\xfe{\x00}\x00", "body"),
        (b'{"text": "\xe9"}', "body"),
        (b"[" * 100_000, "body"),
        (b"{}", "text"),
        (body(text=""), "text"),
        (body(text=" \n\t"), "text"),
        (body(text=5), "text"),
        (body(text=None), "text"),
        (b'{"text": "a\\u0000b"}', "text"),
        (b'{"text": "\\ud800"}', "text"),
        (b'{"text": "x", "channel": "\\udfff"}', "channel"),
        (b'{"text": "x", "context": [{"text": "a\\u0000"}]}', "context[0].text"),
        (body(surprise=1), "surprise"),
        (body(member={"id": ""}), "member.id"),
        (body(member={"id": "x" * 201}), "member.id"),
        (body(member="u1"), "member"),
        (body(member={"roles": ["a"] * 51}), "member.roles"),
        (body(purpose="world domination"), "purpose"),
        (body(store="yes"), "store"),
        (body(sent_at="yesterday"), "sent_at"),
        (body(language="not a language"), "language"),
        (body(attachments=[{"kind": "Image File"}]), "attachments[0].kind"),
        (body(attachments=[{"kind": "image"}] * 21), "attachments"),
    ],
)
def test_a_wrong_request_names_its_field(raw: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_request(raw, LIMITS)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "field", "limit"),
    [
        ({"text": "a" * 101}, "text", 100),
        ({"attachments": [{"kind": "image", "caption": "a" * 101}]}, "attachments[0].caption", 100),
        ({"context": [{"text": "a"}] * 3}, "context", 2),
        ({"context": [{"text": "a" * 101}]}, "context[0].text", 100),
    ],
)
def test_what_is_too_large_names_the_limit(fields: dict[str, object], field: str, limit: int) -> None:
    with pytest.raises(TooLarge) as caught:
        read_request(body(**fields), LIMITS)
    assert (caught.value.field, caught.value.limit, caught.value.status) == (field, limit, 413)


def test_limits_count_characters_not_bytes() -> None:
    assert read_request(json.dumps({"text": "字" * 100}).encode(), LIMITS).text == "字" * 100


def test_captions_names_and_previews_are_texts_and_the_rest_is_named() -> None:
    request = read_request(
        body(
            text="",
            member={"id": "u1", "roles": ["vip"], "name": "Zoe"},
            attachments=[{"kind": "image", "caption": "c", "file_name": "f"}, {"kind": "voice"}, {"kind": "image"}],
            group_name="g",
            link_previews=["p"],
            purpose="marketing",
        ),
        LIMITS,
    )
    message = request.message()
    assert message.parts == (
        Part("member.name", "Zoe"),
        Part("group_name", "g"),
        Part("attachments[0].caption", "c"),
        Part("attachments[0].file_name", "f"),
        Part("link_previews[0]", "p"),
    )
    assert message.unscreened == ("image", "voice")
    assert (message.member_id, message.roles, message.purpose) == ("u1", ("vip",), Purpose.MARKETING)


def test_a_batch_names_the_message_that_is_wrong() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_batch(b'{"messages": [{"text": "a"}, {"text": ""}]}', LIMITS)
    assert caught.value.field == "messages[1].text"
    with pytest.raises(TooLarge) as too_many:
        read_batch(b'{"messages": [{"text": "a"}, {"text": "a"}, {"text": "a"}, {"text": "a"}]}', LIMITS)
    assert (too_many.value.field, too_many.value.limit) == ("messages", 3)
    with pytest.raises(InvalidInput):
        read_batch(b'{"messages": []}', LIMITS)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_read_or_refused_with_a_field(record: object) -> None:
    for value in (record, {"text": record}, {"text": "x", "member": record}):
        try:
            read_record(value, LIMITS)
        except InvalidInput as error:
            assert error.field


@pytest.mark.parametrize("offset", ["+21:56", "-23:59", "+08:00"])
def test_moments_are_kept_in_utc_whatever_their_offset(offset: str) -> None:
    read = TypeAdapter(AnyMoment).validate_python(f"2026-09-05T19:45:25{offset}")
    assert read.utcoffset() == timedelta(0)
    assert read == datetime.fromisoformat(f"2026-09-05T19:45:25{offset}")


def test_a_moment_without_a_date_in_utc_stays() -> None:
    assert TypeAdapter(AnyMoment).validate_python("0001-01-01T00:00:00+10:00").year == 1
