"""What a message (Bot API, ``Message``) holds beside its text: further texts that others read, and kinds that are not text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.platforms.reading import as_list, as_object, as_text
from assistant.types import Part

_KINDS = {
    "photo": "image",
    "live_photo": "image",
    "paid_media": "image",
    "video": "video",
    "video_note": "video",
    "animation": "animation",
    "voice": "voice",
    "audio": "audio",
    "document": "file",
    "sticker": "sticker",
    "location": "location",
    "venue": "location",
    "story": "story",
}
_TEXTS = (
    "caption",
    "quote.text",
    "external_reply.chat.title",
    "forward_origin.sender_user_name",
    "forward_origin.sender_user.first_name",
    "forward_origin.sender_user.last_name",
    "forward_origin.sender_chat.title",
    "forward_origin.chat.title",
    "forward_origin.author_signature",
    "link_preview_options.url",
    "document.file_name",
    "audio.title",
    "audio.performer",
    "audio.file_name",
    "video.file_name",
    "animation.file_name",
    "contact.first_name",
    "contact.last_name",
    "contact.phone_number",
    "venue.title",
    "venue.address",
    "game.title",
    "game.description",
    "poll.question",
    "poll.explanation",
    "poll.description",
    "checklist.title",
    "forum_topic_created.name",
    "forum_topic_edited.name",
)
_LISTS = (
    ("poll", "options", "text"),
    ("checklist", "tasks", "text"),
    ("", "entities", "url"),
    ("", "caption_entities", "url"),
)


def kinds_of(message: Mapping[str, Any]) -> Iterator[str]:
    """Each kind once. An animation comes as a document too, and a venue as a location."""
    seen = {kind: None for key, kind in _KINDS.items() if key in message}
    if "animation" in message:
        seen.pop("file", None)
    yield from seen


def texts_of(message: Mapping[str, Any]) -> Iterator[Part]:
    """Captions, quotes, names of files and origins, polls, and the addresses that words and buttons lead to."""
    for path in _TEXTS:
        if text := _at(message, path):
            yield Part(path, text)
    for holder, name, leaf in _LISTS:
        yield from _listed(message, holder, name, leaf)
    yield from _keyboard(message)


def _at(message: Mapping[str, Any], path: str) -> str:
    *steps, leaf = path.split(".")
    here = message
    for step in steps:
        if here.get(step) is None:
            return ""
        here = as_object(here[step], f"message.{step}")
    return as_text(here.get(leaf), f"message.{path}")


def _listed(message: Mapping[str, Any], holder: str, name: str, leaf: str) -> Iterator[Part]:
    if holder:
        if message.get(holder) is None:
            return
        message = as_object(message[holder], f"message.{holder}")
    path = f"{holder}.{name}" if holder else name
    for index, one in enumerate(as_list(message.get(name), f"message.{path}")):
        field = f"{path}[{index}].{leaf}"
        if text := as_text(as_object(one, f"message.{path}").get(leaf), f"message.{field}"):
            yield Part(field, text)


def _keyboard(message: Mapping[str, Any]) -> Iterator[Part]:
    """Buttons come along with what is forwarded from other bots."""
    if message.get("reply_markup") is None:
        return
    field = "reply_markup.inline_keyboard"
    markup = as_object(message["reply_markup"], "message.reply_markup")
    for row, buttons in enumerate(as_list(markup.get("inline_keyboard"), f"message.{field}")):
        for column, button in enumerate(as_list(buttons, f"message.{field}")):
            for leaf in ("text", "url"):
                here = f"{field}[{row}][{column}].{leaf}"
                if text := as_text(as_object(button, f"message.{field}").get(leaf), f"message.{here}"):
                    yield Part(here, text)
