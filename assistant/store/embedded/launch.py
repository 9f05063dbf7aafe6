"""Become an ordinary user, then the command: PostgreSQL refuses to run as root.

``python -I -S launch.py UID GID COMMAND...`` keeps one capability across the change: to pass and read folders that are root's (a home
folder of mode 0700, the data folder itself), so that no folder above the data needs another mode. See capabilities(7), "Transformation of
capabilities during execve()". Runs as a script of its own, before anything is imported.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_PR_SET_KEEPCAPS = 8
_PR_SET_SECUREBITS, _NO_SETUID_FIXUP = 28, 1 << 2
_PR_CAP_AMBIENT, _RAISE = 47, 2
_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def main() -> None:
    uid, gid, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    libc = ctypes.CDLL(None, use_errno=True)
    capability = _may_pass_folders()
    _check(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
    # access(2), by which initdb looks for its sister programs, leaves capabilities out of account without this bit. Where it may
    # not be set, the programs have to lie in folders that an ordinary user may pass.
    libc.prctl(_PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if capability is not None:
        header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
        low = 1 << capability
        sets = (ctypes.c_uint32 * 6)(
            low, low, low, 0, 0, 0
        )  # effective, permitted, inheritable: low words, then high words
        _check(libc.capset(header, sets))
        _check(libc.prctl(_PR_CAP_AMBIENT, _RAISE, capability, 0, 0))
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


def _may_pass_folders() -> int | None:
    """The lesser capability that this process has of the two that would do; containers often keep only the greater."""
    status = Path("/proc/self/status").read_text()
    permitted = int(status.partition("CapPrm:")[2].split(maxsplit=1)[0], 16)
    return next((cap for cap in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE) if permitted >> cap & 1), None)


def _check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"root cannot become an ordinary user here ({error}); run the assistant as an ordinary user")
