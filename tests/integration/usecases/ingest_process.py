"""A process that works on imports, slowly, until it is killed: ``URL DATA_DIR WAIT_S LEASE_S``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from assistant.usecases.faq import imports
from assistant.usecases.faq.ingest import run_jobs
from tests.integration.usecases.reading import SmallEmbedder, reading_assistant

if __name__ == "__main__":
    url, data_dir, wait_s, lease_s = sys.argv[1:]
    imports.LEASE_S = float(lease_s)
    assistant = reading_assistant(url, Path(data_dir), SmallEmbedder(float(wait_s)))
    while True:
        run_jobs(assistant)
        time.sleep(0.02)
