"""Fits the Chinese encoder to the Chinese rows: ``python -m models.risk.encoder.fit_zh --minutes 9``, after ``align_zh``.

Word rows are fitted too. The rates fall with the processor time, so that what the machine does in the time given is a finished model.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from assistant.backends.encoder_text import MOST_TOKENS, readable
from assistant.text import Normalised
from models.risk.data import WORK, read
from models.risk.encoder.fit import Encoder, batches, padded, targets
from models.risk.encoder.rows import drawn
from models.risk.encoder.tokens_zh import FIRST, LAST
from models.risk.row import Row

WARM = 0.06


@dataclass(frozen=True, slots=True)
class Turn:
    """At most so many rows of each set, what a row of it weighs, and the highest rates of word rows, body and outputs."""

    shares: Mapping[str, int]
    weights: Mapping[str, float]
    rates: tuple[float, float, float]


FIRST_TURN = Turn(
    {
        "cold": 100_000,
        "toxirewritecn": 10_000,
        "swsr": 5_000,
        "psyguard": 2_000,
        "jade": 300,
        "everyday": 2_000,
        "seeds": 100_000,
        "grammar": 4_000,
    },
    {"seeds": 3.0, "everyday": 0.25, "swsr": 0.5, "psyguard": 0.5, "grammar": 0.7},
    (4e-4, 1.5e-4, 1e-3),
)
SECOND_TURN = Turn(
    {
        "cold": 9_000,
        "toxirewritecn": 10_000,
        "swsr": 1_500,
        "psyguard": 500,
        "jade": 150,
        "everyday": 1_000,
        "seeds": 100_000,
        "grammar": 6_000,
    },
    {"seeds": 6.0, "everyday": 0.25, "swsr": 0.5, "psyguard": 0.5},
    (2e-4, 8e-5, 5e-4),
)
"""The second turn gives our own examples more weight, which the many comments of one set drown in the first."""


def tokenised(rows: list[Row], start: Path) -> list[list[int]]:
    cutter = Tokenizer.from_file(str(start / "tokenizer.json"))
    read_ = cutter.encode_batch_fast([readable(Normalised(row.text).leet.text) for row in rows])
    return [[FIRST, *one.ids[: MOST_TOKENS - 2], LAST] for one in read_]


def set_bias(model: Encoder, rows: list[Row]) -> None:
    """The outputs' first bias: how many of the rows are harmful."""
    truth, weight = targets(rows, {})
    share = np.clip(truth.sum(0) / np.maximum((weight > 0).sum(0), 1), 0.01, 0.5)
    with torch.no_grad():
        model.head.bias.copy_(torch.tensor(np.log(share / (1 - share))))


def train(model: Encoder, ids: list[list[int]], rows: list[Row], turn: Turn, seconds: float, wall: float) -> None:
    """``seconds`` of one processor, ``wall`` seconds by the clock at most."""
    model.train()
    truth, weight = targets(rows, turn.weights)
    words = list(model.body.embeddings.word_embeddings.parameters())
    words[0].requires_grad = True
    body = [value for name, value in model.body.named_parameters() if "word_embeddings" not in name]
    optimiser = torch.optim.AdamW(
        [{"params": those} for those in (words, body, list(model.head.parameters()))], weight_decay=0.0
    )
    began, opened, seen, running = time.process_time(), time.monotonic(), 0, 0.0
    for step, numbers in enumerate(batches(ids, random.Random(0))):
        done = max((time.process_time() - began) / seconds, (time.monotonic() - opened) / wall)
        if done >= 1:
            break
        for group, rate in zip(optimiser.param_groups, turn.rates, strict=True):
            group["lr"] = rate * min(done / WARM + 0.02, 1.0, max(0.0, (1 - done) / (1 - WARM)))
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(*padded([ids[n] for n in numbers]))
        known = torch.tensor(weight[numbers])
        losses = torch.nn.functional.binary_cross_entropy_with_logits(
            logits.float(), torch.tensor(truth[numbers]), known, reduction="sum"
        )
        loss = losses / known.sum().clamp(min=1) * 4
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*words, *body], 1.0)
        optimiser.step()
        seen += len(numbers)
        running = 0.98 * running + 0.02 * loss.item()
        if step % 100 == 0:
            shown = running / (1 - 0.98 ** (step + 1))
            print(f"{time.process_time() - began:.0f} s, {seen} of {len(rows)} rows, loss {shown:.4f}", flush=True)


def run(rows_file: Path, start: Path, out: Path, minutes: float, at_most: float, resume: Path | None = None) -> None:
    """The first turn, or with ``resume``, its result, the second."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model, turn = Encoder(start), SECOND_TURN if resume else FIRST_TURN
    rows = drawn((row for row in read(rows_file) if row.lang[:2] == "zh"), shares=turn.shares)
    if resume:
        model.load_state_dict(torch.load(resume, weights_only=True))
    else:
        set_bias(model, rows)
    train(model, tokenised(rows, start), rows, turn, minutes * 60, at_most * 60)
    torch.save(model.state_dict(), out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, default=WORK / "rows.jsonl")
    parser.add_argument("--start", type=Path, default=WORK / "aligned_zh")
    parser.add_argument("--out", type=Path, default=WORK / "encoder_zh.pt")
    parser.add_argument("--minutes", type=float, default=9.0, help="of processor time")
    parser.add_argument("--resume", type=Path, help="the .pt of the first turn, for the second")
    parser.add_argument("--at-most", type=float, default=600.0, help="minutes by the clock")
    given = parser.parse_args()
    run(given.rows, given.start, given.out, given.minutes, given.at_most, given.resume)


if __name__ == "__main__":
    main()
