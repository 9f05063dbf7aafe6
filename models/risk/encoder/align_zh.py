"""Teaches the Chinese encoder to say of a Chinese sentence what the teacher says of its English side (Reimers and Gurevych, EMNLP 2020).

``python -m models.risk.encoder.align_zh --minutes 2.5``, after ``start_zh``. The loss is one minus the cosine, and the contrast with the
other sentences of the batch. The teacher's vectors are those that the embedder's training keeps.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, normalize
from transformers import BertModel

from assistant.backends.encoder_text import readable
from models.embedder import data as embedder
from models.embedder import teacher
from models.risk.data import DEFAULT_DATA, WORK
from models.risk.encoder.fit import padded
from models.risk.encoder.tokens_zh import FIRST, LAST

BATCH, BLOCK = 64, 32
WORD_RATE, BODY_RATE, TURN_RATE, WARM = 1e-3, 1e-4, 1e-3, 0.05
TEMPERATURE = 0.05
LONGEST, LEAST, ASIDE = 32, 2, 500
"""Pairs whose Chinese side has so many tokens are used; so many are held back to measure by."""


class Student(torch.nn.Module):
    """Mean of the last layer's tokens, turned into the teacher's space."""

    def __init__(self, start: Path) -> None:
        super().__init__()
        self.body = BertModel.from_pretrained(
            start, add_pooling_layer=False, attn_implementation="sdpa", hidden_act="gelu_pytorch_tanh"
        )
        size = self.body.config.hidden_size
        self.turn = torch.nn.Linear(size, size)
        torch.nn.init.eye_(self.turn.weight)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weight = mask[:, :, None].float()
        return normalize(self.turn((states * weight).sum(1) / weight.sum(1)), dim=1)


def material(root: Path, start: Path) -> tuple[list[list[int]], np.ndarray]:
    """Token ids of the Chinese sides and the teacher's vectors of the English ones."""
    cutter = Tokenizer.from_file(str(start / "tokenizer.json"))
    pairs = embedder.unique_pairs(embedder.parallel(root))
    read = cutter.encode_batch_fast([readable(pair.zh) for pair in pairs])
    chosen = [n for n, one in enumerate(read) if LEAST <= len(one.ids) <= LONGEST]
    vectors = teacher.vectors([pairs[n].en for n in chosen], embedder.HERE / "work", Console())
    return [[FIRST, *read[n].ids, LAST] for n in chosen], vectors


def found_first(student: Student, ids: list[list[int]], vectors: np.ndarray) -> float:
    """How many of the sentences are nearest to their own English side."""
    student.eval()
    with torch.no_grad():
        said = torch.cat([student(*padded(ids[at : at + 100])) for at in range(0, len(ids), 100)])
    student.train()
    return float(((said @ torch.tensor(vectors).T).argmax(1) == torch.arange(len(ids))).float().mean())


def order(ids: list[list[int]], generator: random.Random) -> list[list[int]]:
    """Batches of like length."""
    numbers = list(range(len(ids)))
    generator.shuffle(numbers)
    found = []
    for first in range(0, len(numbers) - BATCH + 1, BATCH * BLOCK):
        block = sorted(numbers[first : first + BATCH * BLOCK], key=lambda n: len(ids[n]))
        found += [block[at : at + BATCH] for at in range(0, len(block) - BATCH + 1, BATCH)]
    generator.shuffle(found)
    return found


def align(student: Student, ids: list[list[int]], vectors: np.ndarray, seconds: float) -> None:
    """One processor's ``seconds``; the rates fall to nothing by then."""
    words = list(student.body.embeddings.word_embeddings.parameters())
    body = [value for name, value in student.body.named_parameters() if "word_embeddings" not in name]
    rates = (WORD_RATE, BODY_RATE, TURN_RATE)
    optimiser = torch.optim.AdamW(
        [{"params": those} for those in (words, body, list(student.turn.parameters()))], weight_decay=0.0
    )
    waiting: list[list[int]] = []
    generator, began, step = random.Random(0), time.process_time(), 0
    while (done := (time.process_time() - began) / seconds) < 1:
        waiting = waiting or order(ids, generator)
        numbers = waiting.pop()
        for group, rate in zip(optimiser.param_groups, rates, strict=True):
            group["lr"] = rate * min(done / WARM + 0.02, 1.0, (1 - done) / (1 - WARM))
        with torch.autocast("cpu", torch.bfloat16):
            said = student(*padded([ids[n] for n in numbers]))
        meant = torch.tensor(vectors[numbers])
        alike = said.float() @ meant.T / TEMPERATURE
        loss = (1 - (said * meant).sum(1)).mean() + 0.3 * cross_entropy(alike, torch.arange(len(numbers)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        step += 1
        if step % 50 == 1:
            print(f"{time.process_time() - began:.0f} s, {step * BATCH} pairs, loss {loss.item():.3f}", flush=True)


def run(root: Path, start: Path, out: Path, minutes: float) -> None:
    """From the folder ``start`` to the folder ``out``."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    ids, vectors = material(root, start)
    student = Student(start)
    print(f"{len(ids)} pairs; found first {found_first(student, ids[:ASIDE], vectors[:ASIDE]):.3f}", flush=True)
    align(student, ids[ASIDE:], vectors[ASIDE:], minutes * 60)
    print(f"found first {found_first(student, ids[:ASIDE], vectors[:ASIDE]):.3f}")
    student.body.save_pretrained(out)
    (out / "tokenizer.json").write_bytes((start / "tokenizer.json").read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--start", type=Path, default=WORK / "start_zh")
    parser.add_argument("--out", type=Path, default=WORK / "aligned_zh")
    parser.add_argument("--minutes", type=float, default=2.5, help="of processor time")
    arguments = parser.parse_args()
    run(arguments.data_dir, arguments.start, arguments.out, arguments.minutes)


if __name__ == "__main__":
    main()
