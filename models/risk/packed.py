"""Arrays in fewer bytes than ``numpy.savez_compressed`` makes of them: by LZMA numbers of few bits take a tenth to a fifth less, and a
fraction of a second more to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_LZMA, ZipFile

import numpy as np
import numpy.typing as npt


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """A file that ``numpy.load`` reads without pickle."""
    with ZipFile(path, "w", ZIP_LZMA) as packed:
        for name, array in arrays.items():
            with packed.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
