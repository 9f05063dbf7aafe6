"""Trains the model of advertising claims: ``python -m models.advertising.train``, after the risk model. An hour on one core.

By cross-validation with whole families left out: how the models are weighed and calibrated, and the threshold, the lowest at which
``PRECISION`` of what is found is a claim. The texts that measure (``eval/ads/heldback*.tsv``) are not read. Stopped and started again, it
takes the encoders' layers that are fitted from ``work/``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from shutil import copyfile

import numpy as np
import numpy.typing as npt
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from assistant.backends.claims import LANGUAGES, mixed, named, probability, script_of, shares, signals_of
from assistant.backends.encoder_weights import EncoderWeights
from models.advertising import encoder
from models.advertising.fit import F64, GAMMA, Fitted, Matrix, cut, fit, folded, matrix_of
from models.advertising.texts import HERE, NONE, Text, training_texts
from models.risk.packed import write_arrays

PRECISION = 0.972
"""With it, and the model's doubt of .4, rules and model together find something in 1.9 % of the innocent texts that neither had seen."""
LEAST = 0.82
"""A finding that a policy would not show marks nothing: the shipped one shows misleading claims from 0.81 on."""
FOLDS = 5
NEAR_STEPS = 24
"""The support vectors' values are stored in so many steps to either side: five bits of each, and a quarter less room than eight take."""
OUT = HERE / "weights" / "claims.npz"
WORK = HERE / "work"


def main() -> None:
    texts = training_texts()
    kinds = [one.kind for one in texts]
    plain = folded([one.text for one in texts])
    whole, (stretches, owner) = matrix_of(plain), cut(plain)
    parts = matrix_of(stretches)
    names = tuple(sorted(set(kinds) - {NONE}))
    folds = _folds(texts)
    *parted, near = _left_out(kinds, names, folds, whole, parts, owner)
    signals, margins = signals_of(parted[0], parted[1], near), parted[1]
    truth = np.array(kinds) != NONE
    mix, odds = _mixed(signals, owner, truth)
    mixes = []
    scripts = np.array([script_of(one) for one in stretches])
    numbers = np.array([["", *names].index(kind) for kind in kinds])
    for number, language in enumerate(LANGUAGES):
        its = np.flatnonzero(scripts == number)
        read = _read(language, plain, numbers, folds, stretches, owner)[its]
        its_mix, odds[its] = _mixed(np.column_stack([signals[its], read[:, 0]]), owner[its], truth)
        margins[its] = named(margins[its], read)
        mixes.append(its_mix)
    best, told = _of_texts(probability(odds), shares(margins), names, owner, len(texts))
    threshold = max(LEAST, _threshold(best, truth))
    _report(texts, kinds, best, told, threshold)
    _save(fit(whole, kinds), mix, np.stack(mixes), threshold)
    print(f"{OUT}: {OUT.stat().st_size} bytes, threshold {threshold:.3f}")


def _folds(texts: Sequence[Text]) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Rows to train on and rows aside, ``FOLDS`` times: no family stands on both sides."""
    families = [f"{one.rule}/{one.family}" if "/" not in one.family else one.family for one in texts]
    return list(GroupKFold(FOLDS).split(np.zeros(len(texts)), groups=families))


def _left_out(
    kinds: Sequence[str],
    names: Sequence[str],
    folds: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
    whole: Matrix,
    parts: Matrix,
    owner: npt.NDArray[np.int64],
) -> tuple[F64, F64, F64]:
    """What the three models say of each window that saw no text of its family."""
    ratio, margins, near = np.zeros(len(owner)), np.full((len(owner), 1 + len(names)), -30.0), np.zeros(len(owner))
    truth = np.array(kinds)
    for train, test in track(folds, "n-grams"):
        fitted = fit(whole.rows(train), truth[train].tolist())
        rows = np.flatnonzero(np.isin(owner, test))
        columns = [0, *(1 + names.index(kind) for kind in fitted.kinds)]
        ratio[rows], found, near[rows] = fitted.margins(parts.rows(rows))
        margins[np.ix_(rows, columns)] = found
    return ratio, margins, near


def _read(
    language: str,
    plain: Sequence[str],
    kinds: npt.NDArray[np.int64],
    folds: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
    stretches: Sequence[str],
    owner: npt.NDArray[np.int64],
) -> F64:
    """What the language's encoder says of each of its windows, having seen no text of its family, shape (windows, 2 + kinds); fits it
    on all texts, too."""
    number = LANGUAGES.index(language)
    below = EncoderWeights.load(encoder.RISK / f"encoder_{language}")
    own = np.flatnonzero([script_of(text) == number for text in plain])
    found = np.zeros((len(owner), 2 + int(kinds.max())))
    for train, test in track(folds, f"encoder, {language}"):
        upper = layers(language, below, plain, kinds, np.intersect1d(own, train))
        rows = [at for at in np.flatnonzero(np.isin(owner, test)) if script_of(stretches[at]) == number]
        found[rows] = encoder.said(below, upper, [stretches[at] for at in rows])
    copyfile(layers(language, below, plain, kinds, own), OUT.with_name(f"encoder_{language}.npz"))
    return found


def layers(
    language: str,
    below: EncoderWeights,
    plain: Sequence[str],
    kinds: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
) -> Path:
    """The file of the layers fitted on ``rows``, kept in ``work/``."""
    recipe, texts = encoder.RECIPES[language], [plain[at] for at in rows]
    digest = hashlib.blake2b(repr((recipe, texts, kinds[rows].tolist())).encode(), digest_size=8)
    digest.update(below.digest(len(below.layers)))
    digest.update(Path(encoder.__file__).read_bytes())
    place = WORK / f"{language}-{digest.hexdigest()}.npz"
    if not place.is_file():
        WORK.mkdir(exist_ok=True)
        part = place.with_suffix(".part.npz")
        write_arrays(part, encoder.fit(below, recipe, texts, kinds[rows], int(kinds.max())))
        part.replace(place)
    return place


def _mixed(signals: F64, owner: npt.NDArray[np.int64], claims: npt.NDArray[np.bool_]) -> tuple[F64, F64]:
    """How the signals of windows are weighed, and the windows' log odds: logistic regression of the truth on them, each text's window
    with the highest sum standing for it."""
    order = np.lexsort((-signals.sum(axis=1), owner))
    whose, places = np.unique(owner[order], return_index=True)
    model = LogisticRegression(C=100.0).fit(signals[order[places]], claims[whose])
    mix = np.array([*model.coef_[0], model.intercept_[0]])
    return mix, mixed(signals, mix).astype(np.float64)


def _of_texts(
    probability: npt.NDArray[np.float32],
    shares: npt.NDArray[np.float32],
    names: Sequence[str],
    owner: npt.NDArray[np.int64],
    count: int,
) -> tuple[F64, list[str]]:
    best, told = np.zeros(count), [NONE] * count
    for at, its, kinds in zip(owner.tolist(), probability.tolist(), shares, strict=True):
        if its > best[at]:
            best[at], told[at] = its, names[int(kinds.argmax())]
    return best, told


def _threshold(best: F64, claims: npt.NDArray[np.bool_]) -> float:
    order = np.argsort(-best)
    precision = np.cumsum(claims[order]) / np.arange(1, len(order) + 1)
    return float(best[order[np.flatnonzero(precision >= PRECISION)[-1]]])


def _report(texts: Sequence[Text], kinds: Sequence[str], best: F64, told: Sequence[str], threshold: float) -> None:
    found, truth = best >= threshold, np.array(kinds)
    right = found & (np.array(told) == truth)
    rules = np.array([one.rule for one in texts])
    report: dict[str, dict[str, float]] = {}
    for name in ["all", *sorted(set(rules.tolist()))]:
        chosen = (rules == name) | (name == "all")
        claims, none = chosen & (truth != NONE), chosen & (truth == NONE)
        report[name] = {
            "claims": int(claims.sum()),
            "found": _share(found[claims]),
            "found under their rule": _share(right[claims]),
            "innocent": int(none.sum()),
            "innocent found": _share(found[none]),
        }
        print(f"{name:18}", *(f"{key} {value}" for key, value in report[name].items()))
    document = {"left out": "whole families", "precision": PRECISION, "threshold": round(threshold, 4), "rules": report}
    (HERE / "metrics.json").write_text(json.dumps(document, indent=1) + "\n")


def _share(found: npt.NDArray[np.bool_]) -> float:
    return round(float(found.mean()), 3) if len(found) else 0.0


def _save(fitted: Fitted, mix: F64, mixes: F64, threshold: float) -> None:
    weights = np.vstack([fitted.ratio[:-1], fitted.weights])
    scale = np.abs(weights).max(axis=1) / 127
    step = float(np.abs(fitted.near).max()) / NEAR_STEPS
    OUT.parent.mkdir(exist_ok=True)
    arrays = {
        "kinds": np.array(fitted.kinds, dtype="U20"),
        "weights": np.round(weights / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "bias": np.array([fitted.ratio[-1], *fitted.bias], dtype=np.float32),
        "dense": fitted.dense.astype(np.float32),
        "near": np.round(fitted.near / step).astype(np.int8),
        "step": np.float32(step),
        "pull": fitted.pull.astype(np.float32),
        "gamma": np.float32(GAMMA),
        "mix": mix.astype(np.float32),
        "mix_read": mixes.astype(np.float32),
        "threshold": np.float32(threshold),
    }
    write_arrays(OUT, {name: np.asarray(array) for name, array in arrays.items()})


if __name__ == "__main__":
    main()
