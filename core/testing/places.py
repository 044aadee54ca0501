"""Where a test run keeps its files: in memory, where the machine has room there, for nothing of it is to last."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
GIB = 2**30
ROOM = 2 * GIB
"""What a run may need at its largest, browsers and all."""


def keep_files_in_memory() -> None:
    """Let temporary files of this process, and of those it starts, be kept in memory; a TMPDIR that is set stays."""
    if "TMPDIR" not in os.environ and has_room():
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def short_folder() -> Path:
    """Where a folder with a socket goes, whose path may have 107 characters."""
    return MEMORY if has_room() else Path("/tmp")


def has_room() -> bool:
    """Whether the memory's file system is large enough (a container's is often tiny), and the memory behind it is."""
    if not os.access(MEMORY, os.W_OK | os.X_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return False
    return _available_memory() >= 2 * ROOM


def _available_memory() -> int:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0
