"""What fitting takes: bags of tokens with the teacher's vectors of what they say, and a first value for every row."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from models.embedder.bags import I64, Bags
from models.embedder.data import Corpus, Pair
from models.embedder.vocabulary import HAN_RUN

F32 = npt.NDArray[np.float32]
Vectors = Callable[[Sequence[str]], F32]
SENSES = 4
LESSER_SENSE = 0.7
DEV_PAIRS = 1_000
COMMON = 1e-3
"""A token of probability p starts with the weight COMMON / (COMMON + p): smooth inverse frequency (Arora et al. 2017)."""
SYMBOL = 0.3
_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Texts and the teacher's vectors of what each says: row ``says[i]`` of ``vectors``."""

    bags: Bags
    says: I64
    vectors: F32


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    chinese: Told
    english: Told
    questions: Told
    glosses: Told
    dev: tuple[Bags, Bags]
    start: F32


def split(pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
    """The pairs to train on, and 1,000 of Tatoeba to choose by; no sentence of either side is in both."""
    order = np.random.default_rng(_SEED).permutation([i for i, pair in enumerate(pairs) if pair.source == "tatoeba"])
    found: dict[str, Pair] = {}
    for i in order:
        if len(found) == DEV_PAIRS:
            break
        found.setdefault(pairs[i].en, pairs[i])
    aside = {text for pair in found.values() for text in (pair.en, pair.zh)}
    return [pair for pair in pairs if pair.en not in aside and pair.zh not in aside], list(found.values())


def senses(corpus: Corpus, fold: Callable[[str], str]) -> dict[str, list[str]]:
    """The first senses of each folded Chinese word."""
    found: dict[str, list[str]] = defaultdict(list)
    for (_, simplified), glosses in corpus.glosses.items():
        known = found[fold(simplified)]
        known += [gloss for gloss in glosses[:SENSES] if gloss not in known]
    return found


def gather(
    corpus: Corpus,
    vocabulary: Sequence[tuple[str, float]],
    tokenizer: Tokenizer,
    fold: Callable[[str], str],
    vectors: Vectors,
    dimensions: int,
) -> Material:
    """All bags and vectors, in the ``dimensions`` in which the teacher's sentences differ most, the most telling first."""
    training, dev = split(corpus.pairs)
    meanings = senses(corpus, fold)
    sentences = list(dict.fromkeys(pair.en for pair in corpus.pairs))
    turn = _principal(vectors(sentences), dimensions)

    def told(texts: Sequence[str], english: Sequence[str]) -> Told:
        distinct = list(dict.fromkeys(english))
        number = {text: i for i, text in enumerate(distinct)}
        turned = _unit(vectors(distinct) @ turn) if distinct else np.zeros((0, dimensions), np.float32)
        return Told(Bags.of(tokenizer, texts), np.array([number[text] for text in english], np.int64), turned)

    explained = list(dict.fromkeys(gloss for glosses in meanings.values() for gloss in glosses[:3]))
    return Material(
        chinese=told([pair.zh for pair in training], [pair.en for pair in training]),
        english=told([pair.en for pair in training], [pair.en for pair in training]),
        questions=told(corpus.english, corpus.english),
        glosses=told(explained, explained),
        dev=(Bags.of(tokenizer, [pair.zh for pair in dev]), Bags.of(tokenizer, [pair.en for pair in dev])),
        start=_start(vocabulary, meanings, vectors) @ turn,
    )


def _start(vocabulary: Sequence[tuple[str, float]], meanings: dict[str, list[str]], vectors: Vectors) -> F32:
    """English words as the teacher sees them, Chinese ones as it sees their glosses, all weighted by how seldom they are."""
    words = [word for word, _ in vocabulary]
    explained = {word: meanings[word] for word in words if word in meanings and HAN_RUN.fullmatch(word)}
    plain = [word for word in words if word.isascii() and word.isalpha()]
    texts = list(dict.fromkeys([*plain, *(gloss for glosses in explained.values() for gloss in glosses)]))
    number, known = {text: i for i, text in enumerate(texts)}, vectors(texts)
    found = np.zeros((len(words), known.shape[1]), np.float32)
    for i, word in enumerate(words):
        if word in explained:
            rows = known[[number[gloss] for gloss in explained[word]]]
            found[i] = (rows * (LESSER_SENSE ** np.arange(len(rows)))[:, None]).sum(axis=0)
        elif word in number:
            found[i] = known[number[word]]
    weights = [
        0.0 if not i else COMMON / (COMMON + math.exp(score)) * (1 if word.isalpha() else SYMBOL)
        for i, (word, score) in enumerate(vocabulary)
    ]
    return np.asarray(_unit(found) * np.array(weights, np.float32)[:, None], np.float32)


def _principal(vectors: F32, dimensions: int) -> F32:
    """The axes along which ``vectors`` differ most, in that order."""
    _, axes = np.linalg.eigh(np.cov(vectors.T))
    return np.asarray(axes[:, ::-1][:, :dimensions], np.float32)


def _unit(vectors: F32) -> F32:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)
