"""Names a worker process so that any other process can tell whether it still lives."""

from __future__ import annotations

import os
import secrets
import socket
from functools import cache
from pathlib import Path

_UNIQUE = secrets.token_hex(3)


def own_name() -> str:
    """`host|pid|start|mark` of this process; unique, also after a restart of the machine or of its container."""
    return f"{host_name()}|{os.getpid()}|{_start_of(os.getpid())}|{_UNIQUE}"


def is_gone(name: str | None) -> bool | None:
    """Whether the process of this name has ended; None where only its own host could tell."""
    parts = (name or "").split("|")
    if len(parts) != 4 or parts[0] != host_name() or not parts[1].isdigit():
        return None
    pid, start = int(parts[1]), parts[2]
    if not _is_running(pid):
        return True
    return _start_of(pid) != start


@cache
def host_name() -> str:
    """This machine since its last boot and, on Linux, the process namespace: pids compare only inside one."""
    facts = [socket.gethostname()[:60]]
    try:
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8])
        facts.append(str(os.stat("/proc/self/ns/pid").st_ino))
    except OSError:
        pass  # not Linux: the host's name has to do
    return "/".join(facts)


def _is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return False
        return _answers_signals(pid)
    except OSError:
        return _answers_signals(pid)
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def _answers_signals(pid: int) -> bool:
    if os.name == "nt":
        return True  # no cheap question there; the heartbeat decides
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_of(pid: int) -> str:
    """When the process began, in ticks since boot (field 22 of /proc/PID/stat): pids are used again, pairs are not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "0"
