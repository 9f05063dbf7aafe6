"""An answer that a language model writes from the passages, and nothing but them: each sentence is supported by one, or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from assistant.errors import AssistantError
from assistant.faq.flow import QUOTE_CHARS, cite
from assistant.faq.trim import quote
from assistant.faq.understand import Understood
from assistant.faq.written import written_sentences
from assistant.ports import Generator
from assistant.prompts import load_prompt
from assistant.types.faq import FaqReply, Hit

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
    entries = [hit.entry for hit in hits[:PASSAGES]]
    passages = [quote(entry, understood.question, PASSAGE_CHARS) for entry in entries]
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
    kept = written_sentences(generated.data or {}, entries)
    if not kept:
        return reply
    joint = "" if understood.language.startswith("zh") else " "
    cited = {one.entry.id: one.entry for one in kept}
    citations = tuple(cite(entry, quote(entry, understood.question, QUOTE_CHARS)) for entry in cited.values())
    return replace(reply, answer=joint.join(one.text for one in kept), citations=citations, written=True)
