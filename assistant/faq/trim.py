"""An answer in the community's own words, and whether a written sentence says no more than they do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from assistant.faq.facts import denies, facts
from assistant.faq.sentences import sentence_spans
from assistant.faq.tokens import lexical_tokens
from assistant.types.faq import Entry

COVERED: Final = 0.6
"""Of a written sentence's words, the least share (by length) that one run of a passage's sentences must hold."""
_NEIGHBOURS: Final = 3
"""Sentences of a passage that may support one written sentence together."""
_CLAUSE: Final = re.compile(r"[，,；;：:]|\bbut\b|\bexcept\b|\bunless\b|但|除了|除非")
_LEAD: Final = 0.15
"""What a place at the beginning is worth: answers begin with the answer."""


def quote(entry: Entry, question: str, limit: int) -> str:
    """Whole sentences of the answer, one run of them, of at most ``limit`` characters: those that answer ``question`` best.

    The answer itself where it is short enough. A single sentence longer than ``limit`` comes whole: none is cut.
    """
    answer = entry.answer.strip()
    if len(answer) <= limit:
        return answer
    spans = sentence_spans(answer)
    if not spans:
        return answer
    worth = _worth([answer[start:end] for start, end in spans], question)
    first, last = _best_run(spans, worth, limit)
    return answer[spans[first][0] : spans[last][1]]


def supported(sentence: str, passages: Sequence[str]) -> bool:
    """Whether a passage says what ``sentence`` says: its words stand together there, with every number, amount, date, address and name
    of it, and as often denied. In another language than the passages nothing is supported, as nothing can be compared."""
    return any(_supports(passage, sentence) for passage in passages)


def _supports(passage: str, sentence: str) -> bool:
    if not facts(sentence) <= facts(passage):
        return False
    words = Counter(lexical_tokens(sentence))
    total = sum(len(word) for word in words)
    if not total:
        return False
    spans = sentence_spans(passage)
    for first in range(len(spans)):
        for last in range(first, min(first + _NEIGHBOURS, len(spans))):
            run = spans[first : last + 1]
            text = passage[run[0][0] : run[-1][1]]
            held = set(lexical_tokens(text))
            share = sum(len(word) for word in words if word in held) / total
            if share >= COVERED and facts(sentence) <= facts(text) and _same_sense(sentence, passage, run):
                return True
    return False


def _same_sense(sentence: str, passage: str, spans: Sequence[tuple[int, int]]) -> bool:
    """The sentences that share most with it are denied as it is: "not refundable" does not support "refundable"."""
    mine = set(lexical_tokens(sentence))
    parts = [passage[start:end] for start, end in spans]
    near = max(parts, key=lambda part: len(mine.intersection(lexical_tokens(part))))
    return denies(sentence) == denies(_nearest_clause(near, mine))


def _nearest_clause(sentence: str, words: set[str]) -> str:
    return max(_clauses(sentence), key=lambda clause: len(words.intersection(lexical_tokens(clause))), default=sentence)


def _clauses(sentence: str) -> list[str]:
    return [clause for clause in _CLAUSE.split(sentence) if clause.strip()]


def _worth(parts: Sequence[str], question: str) -> list[float]:
    """For each sentence, how much of the question's words it holds, rare ones counting more, and a little for standing early."""
    asked = set(lexical_tokens(question))
    held = [set(lexical_tokens(part)) for part in parts]
    often = Counter(word for words in held for word in words & asked)
    weight = {word: len(word) / often[word] for word in often}
    total = sum(weight.values()) or 1.0
    return [
        sum(weight[word] for word in words & asked) / total + _LEAD * (index == 0) for index, words in enumerate(held)
    ]


def _best_run(spans: Sequence[tuple[int, int]], worth: Sequence[float], limit: int) -> tuple[int, int]:
    """The best sentence, with as many of its neighbours as fit: those behind it first, as they go on from it."""
    best = max(range(len(spans)), key=lambda index: (worth[index], -index))
    first = last = best
    while last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= limit:
        last += 1
    while first > 0 and spans[last][1] - spans[first - 1][0] <= limit:
        first -= 1
    return first, last
