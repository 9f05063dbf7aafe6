"""``assistant embed``: vectors for a file of lines, for checks outside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from assistant.cli.screen import err, progress
from assistant.cli.writing import check_writable
from assistant.errors import InvalidInput
from assistant.settings import load_settings
from assistant.wiring import build_embedder

_BATCH = 1_024


def embed(
    file: Annotated[Path, typer.Argument(help="Texts in UTF-8, one a line.")],
    output: Annotated[
        Path | None, typer.Option(help="Where the vectors go; beside FILE, ending in .npy, if not given.")
    ] = None,
) -> None:
    """Write one vector of length 1 for each line, as a NumPy array of 32-bit floats."""
    try:
        lines = _lines(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(field="FILE", problem=f"cannot be read: {error}") from None
    target = output or file.with_suffix(".npy")
    check_writable(target, "--output")
    if target.exists() and target.samefile(file):
        raise InvalidInput(field="--output", problem=f"{target} is FILE itself")
    embedder = build_embedder(load_settings())
    vectors = np.zeros((len(lines), embedder.dimensions), np.float32)
    with progress() as bar:
        task = bar.add_task("embedding", total=len(lines))
        for at in range(0, len(lines), _BATCH):
            part = lines[at : at + _BATCH]
            vectors[at : at + len(part)] = embedder.encode(part)
            bar.update(task, advance=len(part))
    with target.open("wb") as written:
        np.save(written, vectors)
    err.print(f"{target}: {vectors.shape[0]} x {vectors.shape[1]}, by {embedder.ref.id} {embedder.ref.version}")


def _lines(content: str) -> list[str]:
    """As editors and ``wc -l`` count them: what else Python takes for an end (U+2028, form feed, ...) stands inside a text."""
    lines = content.replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]
