"""Goes on fitting a stored encoder after examples were added: ``python -m models.risk.encoder.further en``, or ``zh``, after
``models.risk.data``; ``fit`` and ``build_zh`` fit the encoders from nothing.

Word rows stay. Our own examples are seen under a disguise too, harmful and innocent ones alike. What is kept is a running mean of the
weights over the last steps (Polyak and Juditsky, 1992). One thread and a fixed number of steps: the same rows and weights give the same. It
writes over what it starts from. The English advertising claims stand on the lower layers: ``models.advertising.over en`` fits theirs anew.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from assistant.backends.encoder_weights import EncoderWeights
from models.risk.data import HERE, WORK, read
from models.risk.encoder.fit import BATCH, batches, learn, pace, targets
from models.risk.encoder.fit_zh import SECOND_TURN
from models.risk.encoder.rows import SHARES, drawn
from models.risk.encoder.store import arrays
from models.risk.encoder.stored import StoredEncoder, tokenised
from models.risk.row import Row
from models.risk.seeded import disguised

KEPT = 0.998
"""Of the running mean of the weights, at each step."""


@dataclass(frozen=True, slots=True)
class Turn:
    """At most so many rows of each set, what a row of it weighs, how many of our own are seen disguised as well, how often each row is
    seen, and the highest rates of body and outputs.
    """

    shares: Mapping[str, int]
    weights: Mapping[str, float]
    disguised: int
    passes: float
    rates: tuple[float, float]


TURNS = {
    "en": Turn(
        SHARES | {"davidson": 2_000, "everyday": 3_000, "toxic-spans": 6_000},
        {"seeds": 2.5, "disguised": 1.5, "everyday": 0.5, "clinc150": 0.5},
        6_000,
        1.75,
        (1.5e-4, 5e-4),
    ),
    "zh": Turn(
        SECOND_TURN.shares | {"cold": 20_000},
        SECOND_TURN.weights | {"disguised": 4.0},
        14_000,
        1.25,
        (1e-4, 5e-4),
    ),
}


def with_disguised(rows: list[Row], count: int, generator: random.Random) -> list[Row]:
    """The rows, and ``count`` of our own once more under a disguise, in a random order."""
    others = list(disguised((row for row in rows if row.source == "seeds"), every=1))
    found = rows + generator.sample(others, min(count, len(others)))
    generator.shuffle(found)
    return found


def fit(model: StoredEncoder, ids: list[list[int]], rows: list[Row], turn: Turn) -> StoredEncoder:
    """Fits the layers and the outputs; the running mean of what they were."""
    torch.manual_seed(0)
    truth, weight = targets(rows, turn.weights)
    for name, parameter in model.body.named_parameters():
        parameter.requires_grad = name.startswith("encoder.layer.")
    body = [parameter for parameter in model.body.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW([{"params": body}, {"params": model.head.parameters()}], weight_decay=0.01)
    mean = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(KEPT))
    steps, running = int(turn.passes * len(ids) / BATCH), 0.0
    for step, numbers in enumerate(itertools.islice(batches(ids, random.Random(0)), steps)):
        for group, rate in zip(optimiser.param_groups, turn.rates, strict=True):
            group["lr"] = rate * pace(step / steps)
        loss = learn(model, optimiser, [ids[n] for n in numbers], truth[numbers], weight[numbers])
        mean.update_parameters(model)
        running = 0.98 * running + 0.02 * loss
        if step % 50 == 49:
            print(f"step {step + 1} of {steps}, loss {running / (1 - 0.98 ** (step + 1)):.4f}", flush=True)
    return mean.module


def run(language: str, rows_file: Path, out: Path) -> None:
    """Writes ``body.npz`` of ``out/encoder_en`` or ``out/encoder_zh`` anew."""
    torch.set_num_threads(1)
    turn, folder = TURNS[language], out / f"encoder_{language}"
    weights = EncoderWeights.load(folder)
    rows = drawn((row for row in read(rows_file) if row.lang[:2] == language), shares=turn.shares)
    rows = with_disguised(rows, turn.disguised, random.Random(0))
    print(f"{len(rows)} rows", flush=True)
    fitted = fit(StoredEncoder(weights).train(), tokenised(weights, [row.text for row in rows]), rows, turn)
    state = {name: value.detach().float().numpy() for name, value in fitted.state_dict().items()}
    np.savez_compressed(folder / "body.npz", **arrays(state, weights.heads, weights.ends))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=sorted(TURNS))
    parser.add_argument("--rows", type=Path, default=WORK / "rows.jsonl")
    parser.add_argument("--out", type=Path, default=HERE / "weights")
    given = parser.parse_args()
    run(given.language, given.rows, given.out)


if __name__ == "__main__":
    main()
