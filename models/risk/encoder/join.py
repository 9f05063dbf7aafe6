"""Fits how the n-grams' and the encoders' logits are joined, and from which scores on an encoder reads a text; measures both.

``python -m models.risk.encoder.join``, after ``models.risk.train`` and the encoder. Fitted on rows that neither model has seen: the fold
``ASIDE``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from assistant.backends.cascade import ABOUT, LANGUAGES
from assistant.backends.encoder import Encoder
from assistant.backends.light import LightClassifier
from assistant.text import Normalised
from models.risk import choose, data, measure, thresholds
from models.risk.calibrate import at_odds
from models.risk.encoder.rows import ASIDE
from models.risk.kept import Kept, kept_scores
from models.risk.row import LABELS, Row

F64 = npt.NDArray[np.float64]
ORDINARY = 6_000
"""Sentences of ordinary talk per language that set the gates; none of them is in the training."""

APART = "zh"
"""The language whose encoder is joined by ``join_zh``."""

READ = 0.04
"""The share of ordinary sentences that an encoder may read; they are Tatoeba's for the greater part, some of which are unkind."""

READ_SHARE = (
    dict.fromkeys(LABELS, 0.5)
    | {"harassment": 1.0, "hate": 1.0}
    | dict.fromkeys(("profanity", "gambling", "injection"), 0.1)
)
"""How the ordinary sentences that may be read are shared out among the labels' gates: much where n-grams err much."""

LEAST = 20
"""Harmful, and harmless, rows without which a label does not follow the encoder."""

ENOUGH = 200
"""Harmful grey rows from which on a map is fitted on grey rows alone; with fewer, on all rows that the encoder has read."""

OURS = {"seeds", "grammar"}
LEAST_GAIN = 0.02
"""A label follows the encoder where that lowers the loss, fold by fold, by at least this share."""

ALONE = 1.0, 0.0, 0.0
LOWEST = 0.05
MOST = 3_000
"""Rows of other people's sets that an encoder reads to be joined; of ours it reads all."""


def gates(scores: F64) -> F64:
    """The lowest scores per label that at most ``READ`` of the texts reach, any label counting."""
    shares = np.array([READ_SHARE[label] for label in LABELS])

    def at(share: float) -> F64:
        found = [np.quantile(column, 1 - share * its) for column, its in zip(scores.T, shares, strict=True)]
        return (np.array(found) + 1e-9).clip(LOWEST)

    low, high = 0.0, READ
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if (scores >= at(middle)).any(axis=1).mean() <= READ else (low, middle)
    return at(low)


@dataclass(frozen=True, slots=True)
class Read:
    """What an encoder said: ``place`` leads from a row to its place in ``logits``, ``stands_for`` says for how many rows it was drawn, and
    ``grey`` are those that it would read when serving.
    """

    place: dict[int, int]
    logits: F64
    stands_for: dict[int, float]
    grey: frozenset[int]


def ordinary(rows: list[Row], used: set[str], language: str) -> list[str]:
    texts = [row.text for row in rows if row.source == "everyday" and row.lang[:2] == language and row.text not in used]
    return texts[:: max(1, len(texts) // ORDINARY)]


def scored(model: LightClassifier, texts: list[str], step: int = 256) -> F64:
    blocks = [
        model.judged([Normalised(text) for text in texts[a : a + step]]).scores for a in range(0, len(texts), step)
    ]
    return np.concatenate(blocks)


def grey_rows(kept: dict[str, Kept], gate: F64) -> set[int]:
    """The rows that reach a gate by the score of a model that had not seen them; the served one has, and lets few clean ones by."""
    found: set[int] = set()
    for label, least in zip(LABELS, gate, strict=True):
        edge = np.log(least / (1 - least))
        found.update(kept[label].index[kept[label].logit >= edge].tolist())
    return found


def fitted(own: F64, read: F64, truth: F64, weight: F64) -> tuple[float, float, float]:
    """The factors of both logits and the shift."""
    if min((truth == 1).sum(), (truth == 0).sum()) < LEAST:
        return ALONE
    model = LogisticRegression(C=1.0).fit(np.stack([own, read], 1), truth, sample_weight=weight)
    first, second = np.maximum(model.coef_[0], 0.0)
    return float(first), float(second), float(model.intercept_[0])


def worth(own: F64, read: F64, truth: F64, weight: F64) -> bool:
    """Whether a map fitted on four fifths of the rows beats the n-grams' own logit on the last fifth, over all five."""
    if min((truth == 1).sum(), (truth == 0).sum()) < LEAST:
        return False
    both = np.zeros(len(truth))
    for rest, aside in StratifiedKFold(5, shuffle=True, random_state=0).split(own, truth):
        first, second, shift = fitted(own[rest], read[rest], truth[rest], weight[rest])
        both[aside] = own[aside] * first + read[aside] * second + shift
    return loss(both, truth, weight) < (1 - LEAST_GAIN) * loss(own, truth, weight)


def loss(logit: F64, truth: F64, weight: F64) -> float:
    """Weighted mean cross-entropy."""
    return float(np.average(np.logaddexp(0, logit) - truth * logit, weights=weight))


def join(
    kept: dict[str, Kept], read: Read, script: int, enough: int = ENOUGH
) -> tuple[dict[str, list[float]], dict[str, Any]]:
    """The maps of one language, and what they do to held-back grey rows; with ``enough`` harmful ones they are fitted on those alone."""
    maps: dict[str, list[float]] = {"own": [], "read": [], "shift": []}
    report: dict[str, Any] = {}
    for column, label in enumerate(LABELS):
        one = kept[label]
        at = np.array([n for n in np.flatnonzero(one.script == script) if int(one.index[n]) in read.place], np.int64)
        truth, own, rows = one.truth[at], one.logit[at], one.index[at].tolist()
        seen = read.logits[[read.place[row] for row in rows], column]
        weight = odds(label, one)[at] * [read.stands_for[row] for row in rows]
        grey = np.array([row in read.grey for row in rows], np.bool_)
        used = grey if (truth[grey] == 1).sum() >= enough else np.ones(len(rows), np.bool_)
        parts = own[used], seen[used], truth[used], weight[used]
        found = fitted(*parts) if worth(*parts) else ALONE
        for name, value in zip(maps, found, strict=True):
            maps[name].append(round(value, 5))
        if 0 < truth[grey].sum() < grey.sum():
            both = own * found[0] + seen * found[1] + found[2]
            report[label] = {"rows": int(grey.sum()), "harmful": int(truth[grey].sum())} | {
                name: round(float(roc_auc_score(truth[grey], value[grey])), 4)
                for name, value in (("n-grams", own), ("encoder", seen), ("both", both))
            }
    return maps, report


def odds(label: str, rows: Kept) -> F64:
    """The rows' weights at the odds that the label's scores are calibrated for."""
    return rows.weight if label in choose.OFFENCE else at_odds(rows.truth, rows.weight, rows.script)


def final(kept: Kept, column: int, read: dict[str, Read], about: dict[str, Any]) -> tuple[Kept, F64]:
    """The rows of a label whose score in the whole cascade is known to be unseen, and that score."""
    logit, whole = kept.logit.copy(), np.ones(len(kept.index), np.bool_)
    weight = kept.weight.copy()
    for script, language in enumerate(LANGUAGES):
        if language not in read:
            continue
        its, maps = read[language], about[language]
        for n in np.flatnonzero(kept.script == script):
            row = int(kept.index[n])
            whole[n] = row in its.place
            if not whole[n]:
                continue
            weight[n] *= its.stands_for[row]
            if row in its.grey:
                joined = logit[n] * maps["own"][column] + its.logits[its.place[row], column] * maps["read"][column]
                logit[n] = joined + maps["shift"][column]
    rows = Kept(kept.index[whole], kept.truth[whole], weight[whole], kept.script[whole], kept.logit[whole])
    return rows, 1 / (1 + np.exp(-logit[whole]))


def report_on(rows: list[Row], kept: dict[str, Kept], read: dict[str, Read], about: dict[str, Any], out: Path) -> None:
    """``metrics.json`` and ``thresholds.json`` of the whole."""
    figures, proposed = json.loads((out / "metrics.json").read_text("utf-8")), {}
    figures["held_back"], figures["reliability"] = {}, {}
    for column, label in enumerate(LABELS):
        one, score = final(kept[label], column, read, about)
        figures["held_back"][label] = measure.figures(score, one)
        proposed[label] = thresholds.propose(rows, label, one, score)
        weight = odds(label, one)
        figures["reliability"][label] = {
            language: measure.reliability(*(values[one.script == script] for values in (score, one.truth, weight)))
            for script, language in enumerate(LANGUAGES)
        }
    (out / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (out / "thresholds.json").write_text(json.dumps(proposed, indent=1) + "\n", "utf-8")


def aside_rows(rows: list[Row], language: str, most: int) -> dict[int, float]:
    """Rows of a language that no encoder was fitted on, ours and ``most`` others, each with the number of rows it stands for."""
    aside = [n for n, row in enumerate(rows) if (row.dev or row.fold == ASIDE) and row.lang[:2] == language]
    ours = [n for n in aside if rows[n].source in OURS]
    others = [n for n in aside if rows[n].source not in OURS]
    drawn = np.random.default_rng(0).permutation(others)[:most].tolist()
    return dict.fromkeys(ours, 1.0) | dict.fromkeys(drawn, len(others) / max(len(drawn), 1))


def reading(encoder: Encoder, rows: list[Row], aside: dict[int, float], grey: set[int], console: Console) -> Read:
    """What the encoder says of the rows ``aside``."""
    texts = sorted(((n, Normalised(rows[n].text).leet.text) for n in aside), key=lambda pair: len(pair[1]))
    blocks = [texts[start : start + 32] for start in range(0, len(texts), 32)]
    logits = [encoder.logits([text for _, text in block]) for block in track(blocks, "joining", console=console)]
    place = {n: at for at, (n, _) in enumerate(texts)}
    return Read(place, np.concatenate(logits).astype(np.float64), aside, frozenset(grey))


def join_all(out: Path, console: Console, most: int = MOST) -> None:
    """Writes ``cascade.json``, and ``metrics.json`` and ``thresholds.json`` anew; does nothing where no encoder lies in ``out``."""
    weights = out / "weights"
    found = [(script, name) for script, name in enumerate(LANGUAGES) if name != APART]
    languages = [(script, name) for script, name in found if (weights / f"encoder_{name}").is_dir()]
    if not languages:
        return
    rows, kept = kept_scores(out / "work")
    everything = data.read(out / "work/rows.jsonl")
    model, used = LightClassifier.load(weights), {row.text for row in rows}
    about: dict[str, Any] = {"labels": list(LABELS)}
    report: dict[str, Any] = {}
    read: dict[str, Read] = {}
    for script, language in languages:
        gate = gates(scored(model, ordinary(everything, used, language)))
        encoder = Encoder.load(weights / f"encoder_{language}")
        its = reading(encoder, rows, aside_rows(rows, language, most), grey_rows(kept, gate), console)
        maps, report[language] = join(kept, its, script)
        read[language] = its
        about[language] = {"gate": [round(float(value), 5) for value in gate], **maps}
    about["version"] = hashlib.blake2b(json.dumps(about).encode(), digest_size=4).hexdigest()
    (weights / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
    figures = json.loads((out / "metrics.json").read_text("utf-8")) | {"cascade": report}
    (out / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    report_on(rows, kept, read, about, out)
    console.print(report)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=data.HERE)
    parser.add_argument("--most", type=int, default=MOST, help="rows per language that an encoder reads")
    arguments = parser.parse_args()
    join_all(arguments.out, Console(), arguments.most)


if __name__ == "__main__":
    main()
