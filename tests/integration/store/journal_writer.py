"""A process that writes decisions into the journal and lives on: ``journal_writer.py FOLDER COMMUNITY COUNT``. It says ``ready`` once they
are on the disk, and ends when its standard input does."""

import asyncio
import sys
from pathlib import Path

from assistant.store.journal import Journal
from tests.integration.store.making import decision


async def main() -> None:
    folder, community, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    journal = Journal(folder)
    for number in range(count):
        await journal.append(decision(community, key=f"other-{number}"))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
