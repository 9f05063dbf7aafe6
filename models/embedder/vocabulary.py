"""Which words have a row, and how likely each is: the tokenizer cuts a run of characters into the likeliest words (Kudo 2018, Unigram).

Chinese words are those of CC-CEDICT that jieba's list knows often enough, and the single characters; English ones come from the teacher's
vocabulary, the sentences and the glosses. Latin words that are not here fall apart into the teacher's word pieces.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models.embedder.data import Corpus
from models.embedder.scripts import jieba_lines

Fold = Callable[[str], str]
HAN_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]+")
LATIN = re.compile(r"[a-z]+")
NUMBER = re.compile(r"[0-9]+")
UNKNOWN = "[UNK]"
SYMBOLS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~。、·~…—《》〈〉「」『』【】￥€£°•"
MOST_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many Chinese words of two characters or more, and how many English ones."""

    chinese: int
    english: int


def jieba_counts(fold: Fold) -> Counter[str]:
    """How often each Chinese word is used, from the list that jieba brings."""
    found: Counter[str] = Counter()
    for line in jieba_lines():
        word, count, *_ = line.split(" ")
        found[fold(word)] += int(count)
    return found


def chinese(corpus: Corpus, fold: Fold, most: int) -> dict[str, float]:
    """Single characters and the most used words, with their log probability."""
    used = jieba_counts(fold)
    total = math.log(sum(used.values()))
    written = Counter(char for pair in corpus.pairs for char in fold(pair.zh) if HAN_RUN.fullmatch(char))
    known = {fold(simplified) for _, simplified in corpus.glosses}
    words = {word for word in known if HAN_RUN.fullmatch(word)}
    singles = {word for word in words if len(word) == 1} | set(written)
    ranked = sorted(singles, key=lambda c: (-written[c], -used[c], c))[:MOST_CHARACTERS]
    longer = sorted((w for w in words if len(w) > 1 and used[w] >= 3), key=lambda w: (-used[w], w))[:most]
    return {word: math.log(max(used[word], 1)) - total for word in (*ranked, *longer)}


def english(corpus: Corpus, fold: Fold, teacher: Iterable[str], most: int) -> dict[str, float]:
    """English words by how often they are written, then the word pieces that any other word is cut into."""
    said = Counter(word for pair in corpus.pairs for word in LATIN.findall(fold(pair.en)))
    said.update(word for text in corpus.english for word in LATIN.findall(fold(text)))
    explained = Counter(word for senses in corpus.glosses.values() for s in senses for word in LATIN.findall(fold(s)))
    whole, pieces = [], []
    for piece in teacher:
        bare = piece.removeprefix("##")
        if LATIN.fullmatch(bare):
            (pieces if piece.startswith("##") else whole).append(bare)
    rank = {word: number for number, word in enumerate(whole)}
    count: Counter[str] = Counter()
    for word in {*said, *explained, *whole}:
        usual = 40_000 / (10 + rank[word]) if word in rank else 0
        count[word] = round(said[word] * 4 + explained[word] + usual)
    chosen = [word for word, n in sorted(count.items(), key=lambda item: (-item[1], item[0])) if n >= 3][:most]
    total = math.log(sum(count.values()))
    scores = {word: math.log(count[word]) - total for word in chosen}
    return scores | {piece: -total - 2.0 for piece in pieces if piece not in scores}


def numbers(corpus: Corpus, fold: Fold) -> dict[str, float]:
    """Digits, and the numbers that are written several times."""
    written = Counter(
        n for p in corpus.pairs for text in (p.zh, p.en) for n in NUMBER.findall(fold(text)) if len(n) < 5
    )
    often = {number: math.log(n) - 12.0 for number, n in written.items() if n >= 5 and len(number) > 1}
    return often | dict.fromkeys("0123456789", -9.0)


def vocabulary(corpus: Corpus, fold: Fold, teacher: Iterable[str], sizes: Sizes) -> list[tuple[str, float]]:
    """Every token with its log probability; what is unknown comes first."""
    found = chinese(corpus, fold, sizes.chinese) | english(corpus, fold, teacher, sizes.english) | numbers(corpus, fold)
    symbols = {fold(c) for c in SYMBOLS if fold(c).strip()}
    found |= {c: -9.0 for c in sorted(symbols) if c not in found}
    found |= {c: -9.0 for c in "abcdefghijklmnopqrstuvwxyz" if c not in found}
    return [(UNKNOWN, 0.0), *found.items()]
