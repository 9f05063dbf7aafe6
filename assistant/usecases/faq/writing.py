"""An answer that a language model writes from the passages, and nothing but them: each sentence is supported by one, or dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from assistant.errors import AssistantError
from assistant.faq.flow import cite
from assistant.faq.trim import quote, supported
from assistant.faq.understand import Understood
from assistant.ports import Generator
from assistant.prompts import load_prompt
from assistant.types.faq import Citation, FaqReply, Hit

log = structlog.get_logger()

PASSAGES = 3
PASSAGE_CHARS = 1_500
_LANGUAGES = {
    "en": "English",
    "zh-Hans": "Simplified Chinese",
    "zh-Hant": "Traditional Chinese as written in Taiwan",
    "zh-Hant-HK": "Traditional Chinese as written in Hong Kong",
}


async def write_answer(
    generator: Generator, community: str, understood: Understood, hits: Sequence[Hit], reply: FaqReply
) -> FaqReply:
    """``reply`` in the model's words, marked so; as it is where the model fails, knows nothing, or says what no passage does."""
    passages = [quote(hit.entry, understood.question, PASSAGE_CHARS) for hit in hits[:PASSAGES]]
    prompt = load_prompt("faq_answer")
    rendered = prompt.render(
        community=community,
        language=_LANGUAGES.get(understood.language, "English"),
        question=understood.question,
        passages=[{"number": at, "text": text} for at, text in enumerate(passages, 1)],
    )
    try:
        generated = await generator.generate(rendered, schema=prompt.schema)
    except AssistantError as error:
        log.warning("no answer was written", prompt=prompt.id, version=prompt.version, error=type(error).__name__)
        return reply
    log.info(
        "an answer was written",
        prompt=prompt.id,
        version=prompt.version,
        digest=prompt.digest,
        model=generated.model,
        prompt_tokens=generated.prompt_tokens,
        completion_tokens=generated.completion_tokens,
    )
    kept = _kept(generated.data or {}, passages)
    if not kept:
        return reply
    joint = "" if understood.language.startswith("zh") else " "
    return replace(
        reply, answer=joint.join(text for text, _ in kept), citations=_cited(kept, hits, passages), written=True
    )


def _kept(data: Mapping[str, Any], passages: Sequence[str]) -> list[tuple[str, int]]:
    """The sentences that the passage they name supports, with its place."""
    if data.get("answerable") is not True:
        return []
    found = []
    for sentence in data.get("sentences", ()):
        text, at = str(sentence["text"]).strip(), int(sentence["passage"]) - 1
        if text and 0 <= at < len(passages) and supported(text, [passages[at]]):
            found.append((text, at))
    return found


def _cited(kept: Sequence[tuple[str, int]], hits: Sequence[Hit], passages: Sequence[str]) -> tuple[Citation, ...]:
    return tuple(cite(hits[at].entry, passages[at]) for at in dict.fromkeys(at for _, at in kept))
