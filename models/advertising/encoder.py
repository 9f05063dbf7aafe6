"""Fits upper layers for advertising claims over the words and lower layers of the risk model's stored encoders, which stay as they are.

One thread and a fixed number of steps, so that the same texts give the same layers. The outputs are whether there is a claim, and which, or
none.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from assistant.backends.encoder import Encoder
from assistant.backends.encoder_text import MOST_TOKENS, readable
from assistant.backends.encoder_weights import EncoderWeights
from models.risk.encoder.fit import BATCH, batches, pace, padded
from models.risk.encoder.store import COARSE, layer_arrays
from models.risk.encoder.stored import body_of

RISK: Final = Path(__file__).parents[1] / "risk" / "weights"
NAMING: Final = 0.5
"""What naming the claim weighs in training, beside finding it."""
HEAD_RATE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many layers are fitted, how often every text is seen, the highest rate."""

    layers: int
    epochs: int
    rate: float


RECIPES: Final = {"en": Recipe(3, 4, 2e-4), "zh": Recipe(6, 3, 1.5e-4)}


class Claims(torch.nn.Module):
    """The mean of the last layer's tokens, then whether there is a claim, and which or none."""

    def __init__(self, below: EncoderWeights, recipe: Recipe, kinds: int) -> None:
        super().__init__()
        self.body = body_of(below)
        self.head = torch.nn.Linear(self.body.config.hidden_size, 2 + kinds)
        self.drop = torch.nn.Dropout(0.1)
        first = len(below.layers) - recipe.layers
        for name, parameter in self.body.named_parameters():
            parameter.requires_grad = name.startswith("encoder.layer.") and int(name.split(".")[2]) >= first

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        weight = mask[:, :, None].to(states.dtype)
        return self.head(self.drop((states * weight).sum(1) / weight.sum(1)))


def fit(
    below: EncoderWeights, recipe: Recipe, texts: Sequence[str], kinds: npt.NDArray[np.int64], count: int
) -> dict[str, npt.NDArray[Any]]:
    """The arrays of a file for ``EncoderWeights.under``. ``texts`` are folded; ``kinds`` says which of ``count`` claims each makes, 0 is
    none."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = Claims(below, recipe, count).train()
    ids, which = [_ids(below, text) for text in texts], torch.tensor(kinds)
    body = [parameter for parameter in model.body.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW([{"params": body}, {"params": model.head.parameters()}], weight_decay=0.01)
    steps = recipe.epochs * len(ids) // BATCH
    for step, numbers in zip(range(steps), batches(ids, random.Random(0)), strict=False):
        for group, rate in zip(optimiser.param_groups, (recipe.rate, HEAD_RATE), strict=True):
            group["lr"] = rate * pace(step / steps)
        with torch.autocast("cpu", torch.bfloat16):
            said = model(*padded([ids[n] for n in numbers]))
        truth = which[numbers]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(said.float()[:, 0], (truth > 0).float())
        loss = loss + NAMING * torch.nn.functional.cross_entropy(said.float()[:, 1:], truth)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimiser.step()
    return _arrays(model, below, recipe)


def said(below: EncoderWeights, upper: Path, stretches: Sequence[str]) -> npt.NDArray[np.float64]:
    """What serving would say of each stretch with the file ``upper``, shape (stretches, 2 + kinds)."""
    encoder = Encoder(below.under(upper))
    order = sorted(range(len(stretches)), key=lambda at: len(stretches[at]))
    found = encoder.logits([stretches[at] for at in order]).astype(np.float64)
    return found[np.argsort(order)]


def _ids(below: EncoderWeights, text: str) -> list[int]:
    first, last = below.ends
    ids: list[int] = below.tokenizer.encode(readable(text), add_special_tokens=False).ids
    return [first, *ids[: MOST_TOKENS - 2], last]


def _arrays(model: Claims, below: EncoderWeights, recipe: Recipe) -> dict[str, npt.NDArray[Any]]:
    state = {f"body.{name}": value.float().numpy() for name, value in model.body.state_dict().items()}
    first = len(below.layers) - recipe.layers
    found: dict[str, npt.NDArray[Any]] = {
        "head": model.head.weight.detach().numpy(),
        "head.bias": model.head.bias.detach().numpy(),
        "below": np.frombuffer(below.digest(first), np.uint8),
    }
    for number in range(first, len(below.layers)):
        found |= layer_arrays(state, number, COARSE)
    return found
