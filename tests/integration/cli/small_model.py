"""``assistant`` with a small model in the place of the shipped one: its first argument is what each call of it waits, in seconds."""

from __future__ import annotations

import signal
import sys

from assistant import wiring
from assistant.cli.app import main
from tests.integration.usecases.reading import SmallEmbedder


def run() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as from a terminal; tests in the background ignore it
    embedder = SmallEmbedder(float(sys.argv.pop(1)))
    wiring.build_brain = lambda _: (embedder, None)
    main()


if __name__ == "__main__":
    run()
