"""The Chinese encoder's tokens: those of the shipped embedder that training texts use, behind four special ones.

The embedder's tokenizer folds characters that any conversion exchanges and takes the likeliest words (Unigram, Kudo 2018), so a text is
half as many tokens as characters.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tokenizers import Tokenizer

from assistant.backends.encoder_text import readable
from models.embedder.data import HERE as EMBEDDER

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
FIRST, LAST = 2, 3
WORDS, LATIN, CHARACTERS = 11_000, 2_500, 6_000
"""At most so many words of two Chinese characters or more, of Latin letters, and of single Chinese characters."""

SELDOM = 2
"""Words used fewer times fall apart."""

TOKENIZER = EMBEDDER / "weights/0_StaticEmbedding/tokenizer.json"


def tokenizer(texts: Iterable[str]) -> dict[str, Any]:
    """``tokenizer.json``, ends not added."""
    content: dict[str, Any] = json.loads(TOKENIZER.read_text("utf-8"))
    cutter = Tokenizer.from_file(str(TOKENIZER))
    read = cutter.encode_batch_fast([readable(text) for text in texts], add_special_tokens=False)
    scores = dict(content["model"]["vocab"])
    numbers = Counter(number for one in read for number in one.ids)
    used = Counter({str(cutter.id_to_token(number)): count for number, count in numbers.items()})
    kept = chosen(used, scores)
    content["model"]["vocab"] = [[name, 0.0] for name in SPECIAL] + [[word, scores[word]] for word in kept]
    content["model"]["unk_id"] = SPECIAL.index("[UNK]")
    return content


def chosen(used: Counter[str], scores: dict[str, float]) -> list[str]:
    """The tokens kept, the most used of each kind first; single letters and signs stay whatever they are used for."""
    ranked = sorted((word for word in scores if word != "[UNK]"), key=lambda word: (-used[word], -scores[word]))
    single = [word for word in ranked if len(word) == 1]
    han = [word for word in single if not word.isascii() and word.isalpha()]
    often = [word for word in ranked if len(word) > 1 and used[word] >= SELDOM]
    latin = [word for word in often if word.isascii()]
    longer = [word for word in often if not word.isascii()]
    signs = [word for word in single if word.isascii() or not word.isalpha()]
    return [*signs, *han[:CHARACTERS], *longer[:WORDS], *latin[:LATIN]]
