"""What the serving processes of one service share, in files: metrics, and the buckets of the rate limits."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""The metrics' library keeps its counts in files of this folder if the variable is set before it is imported."""


@dataclass(frozen=True, slots=True)
class Shared:
    """``folder`` is one service's own; its files mean nothing to the next service."""

    folder: Path

    @property
    def metrics(self) -> Path:
        return self.folder / "metrics"

    @property
    def rate(self) -> Path:
        return self.folder / "rate"

    @property
    def addresses(self) -> Path:
        return self.folder / "addresses"

    @property
    def worked(self) -> Path:
        """Exists once a worker has been built."""
        return self.folder / "worked"

    def clear(self) -> None:
        """Empty, whatever a service that was killed left there."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for folder in (self.metrics.parent.parent, self.metrics.parent, self.metrics):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
