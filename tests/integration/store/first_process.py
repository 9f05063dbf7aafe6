"""A first process (PID 1) that never reaps: starts a holder, kills it and its server, and lets another holder start among the zombies.

``first_process.py DATA_DIR UID``; writes a line of JSON.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from assistant.store.embedded.processes import running_in

HOLDER = str(Path(__file__).with_name("holder.py"))


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    data_dir, uid = sys.argv[1:]
    first = hold(data_dir, uid)
    first.stdout.readline()
    os.kill(first.pid, signal.SIGKILL)
    server = running_in([Path(data_dir) / "postgres" / "data"])
    for pid in server:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)
    zombies = [pid for pid in server if state(pid) == "Z"]
    began = time.monotonic()
    second = hold(data_dir, uid)
    ready = json.loads(second.stdout.readline())
    seconds = time.monotonic() - began
    rows = send(second, "SELECT answer FROM kept")
    send(second, "stop")
    print(json.dumps({"pid": os.getpid(), "zombies": len(zombies), "ready": ready, "seconds": seconds, "kept": rows}))


def hold(data_dir: str, uid: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, HOLDER, data_dir, uid], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def send(holder: subprocess.Popen[str], line: str) -> object:
    holder.stdin.write(line + "\n")
    holder.stdin.flush()
    return json.loads(holder.stdout.readline())


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


if __name__ == "__main__":
    main()
