"""A process that uses the embedded server, told by its standard input what to do.

``holder.py DATA_DIR UID [watch]``: becomes UID (0: stays as it is), starts, and writes a line of JSON; then answers each line: ``stop``, or
SQL, run as the application's role.
"""

import json
import os
import sys
import time
from pathlib import Path

import psycopg
import structlog

from assistant.errors import EmbeddedDatabaseError
from assistant.store.embedded import EmbeddedServer


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    uid = int(sys.argv[2])
    if uid:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    server = EmbeddedServer(Path(sys.argv[1]), stall_s=10)
    began = time.monotonic()
    try:
        urls = server.start()
    except EmbeddedDatabaseError as error:
        say({"error": str(error)})
        return
    if "watch" in sys.argv:
        server.watch()
    say({"seconds": time.monotonic() - began})
    for line in sys.stdin:
        if line.strip() == "stop":
            server.stop()
            say({"stopped": True})
            return
        say(run(urls.owner, line))


def run(url: str, sql: str) -> object:
    deadline = time.monotonic() + 5
    while True:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                cursor = connection.execute(sql.encode())
                return {"rows": cursor.fetchall() if cursor.description else []}
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                return {"failed": str(error)}
            time.sleep(0.02)


def say(what: object) -> None:
    print(json.dumps(what, default=str), flush=True)


if __name__ == "__main__":
    main()
