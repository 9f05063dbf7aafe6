"""Trains the model of advertising claims: ``python -m models.advertising.train``. Seven minutes on one core.

By cross-validation with whole families left out: how the three models are weighed and calibrated, and the threshold, the lowest at which
``PRECISION`` of what is found is a claim. The texts that measure (``eval/ads/heldback*.tsv``) are not read.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from assistant.backends.claims import mixed
from models.advertising.fit import F64, GAMMA, Fitted, Matrix, cut, fit, folded, matrix_of
from models.advertising.texts import HERE, NONE, Text, training_texts

PRECISION = 0.98
LEAST = 0.82
"""A finding that a policy would not show marks nothing: the shipped one shows misleading claims from 0.81 on."""
FOLDS = 5
OUT = HERE / "weights" / "claims.npz"


def main() -> None:
    texts = training_texts()
    kinds = [one.kind for one in texts]
    plain = folded([one.text for one in texts])
    whole, (stretches, owner) = matrix_of(plain), cut(plain)
    parts = matrix_of(stretches)
    names = tuple(sorted(set(kinds) - {NONE}))
    said = _left_out(texts, kinds, names, whole, parts, owner)
    mix = _mix(*said, owner, np.array(kinds) != NONE)
    probability, shares = mixed(*said, mix)
    best, told = _of_texts(probability, shares, names, owner, len(texts))
    threshold = max(LEAST, _threshold(best, np.array(kinds) != NONE))
    _report(texts, kinds, best, told, threshold)
    _save(fit(whole, kinds), mix, threshold)
    print(f"{OUT}: {OUT.stat().st_size} bytes, threshold {threshold:.3f}")


def _left_out(
    texts: Sequence[Text],
    kinds: Sequence[str],
    names: Sequence[str],
    whole: Matrix,
    parts: Matrix,
    owner: npt.NDArray[np.int64],
) -> tuple[F64, F64, F64]:
    """What the three models say of each window that saw no text of its family."""
    ratio, margins, near = np.zeros(len(owner)), np.full((len(owner), 1 + len(names)), -30.0), np.zeros(len(owner))
    families = [f"{one.rule}/{one.family}" if "/" not in one.family else one.family for one in texts]
    truth = np.array(kinds)
    for train, test in GroupKFold(FOLDS).split(truth, groups=families):
        fitted = fit(whole.rows(train), truth[train].tolist())
        rows = np.flatnonzero(np.isin(owner, test))
        columns = [0, *(1 + names.index(kind) for kind in fitted.kinds)]
        ratio[rows], found, near[rows] = fitted.margins(parts.rows(rows))
        margins[np.ix_(rows, columns)] = found
    return ratio, margins, near


def _mix(ratio: F64, margins: F64, near: F64, owner: npt.NDArray[np.int64], claims: npt.NDArray[np.bool_]) -> F64:
    """Logistic regression of the truth on what the models say, each text's window with the highest sum standing for it."""
    some = np.logaddexp.reduce(margins[:, 1:], axis=1) - margins[:, 0]
    order = np.lexsort((-(ratio + some + near), owner))
    first = order[np.unique(owner[order], return_index=True)[1]]
    model = LogisticRegression(C=100.0).fit(np.stack([ratio, some, near], axis=1)[first], claims)
    return np.array([*model.coef_[0], model.intercept_[0]])


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


def _save(fitted: Fitted, mix: F64, threshold: float) -> None:
    weights = np.vstack([fitted.ratio[:-1], fitted.weights])
    scale = np.abs(weights).max(axis=1) / 127
    step = float(np.abs(fitted.near).max()) / 127
    OUT.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        OUT,
        kinds=np.array(fitted.kinds, dtype="U20"),
        weights=np.round(weights / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=np.array([fitted.ratio[-1], *fitted.bias], dtype=np.float32),
        dense=fitted.dense.astype(np.float32),
        near=np.round(fitted.near / step).astype(np.int8),
        step=np.float32(step),
        pull=fitted.pull.astype(np.float32),
        gamma=np.float32(GAMMA),
        mix=mix.astype(np.float32),
        threshold=np.float32(threshold),
    )


if __name__ == "__main__":
    main()
