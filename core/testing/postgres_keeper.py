"""Keeps one temporary PostgreSQL running while somebody uses it, then stops and removes it.

usage: python -m core.testing.postgres_keeper FOLDER

Users hold a shared lock on FOLDER/users.lock. The operating system lets a lock go when its process ends, be it killed,
so the moment when the keeper gets the lock for itself alone is the moment when nobody is left.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

from core.testing.places import MEMORY, short_folder

ADMIN = "prospecto"
USERS_LOCK = "users.lock"
START_SECONDS = 45.0

# The tests' records may be lost with the machine: nothing waits for the disk.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "max_wal_size": "128MB",
    "log_checkpoints": "off",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
}


def main(shared: Path) -> None:
    binaries = find_binaries()
    if binaries is None:
        raise SystemExit("no PostgreSQL binaries")
    folder = Path(tempfile.mkdtemp(prefix="prospecto-pg-", dir=short_folder()))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server: subprocess.Popen[bytes] | None = None
    users = (shared / USERS_LOCK).open("a")
    try:
        account = unprivileged_account(folder)
        make_cluster(binaries, folder, account)
        server = start_server(binaries, folder, account)
        announce(shared, folder, way_to_copy(binaries, folder))
        wait_until_unused(users, server)
    finally:
        (shared / "ready.json").unlink(missing_ok=True)
        if server is not None:
            stop(server)
        shutil.rmtree(folder, ignore_errors=True)
        users.close()


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: Debian keeps them off the PATH, the newest release is taken."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    releases = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(releases, key=lambda place: float(place.parent.name), reverse=True)
    return next(
        (place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None
    )


def unprivileged_account(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then the folder goes to `postgres` or `nobody`, and so do its processes."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise SystemExit("PostgreSQL does not run as root, and there is no account `postgres` or `nobody`")


def make_cluster(binaries: Path, folder: Path, account: dict[str, Any]) -> None:
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    subprocess.run(
        [
            *(binaries / "initdb", "--pgdata", folder / "cluster", "--username", ADMIN, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", locale, "--no-sync"),
        ],
        check=True,
        cwd=folder,
        **account,
    )


def start_server(binaries: Path, folder: Path, account: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = [f"--{name.replace('_', '-')}={value}" for name, value in SETTINGS.items()]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", folder / "cluster", "-k", folder, *settings], cwd=folder, **account
    )
    give_up = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < give_up:
        if accepts_connections(folder):
            return server
        time.sleep(0.05)
    stop(server)
    raise SystemExit("PostgreSQL ended at once or took too long to start")


def accepts_connections(folder: Path) -> bool:
    """The server writes its state into its pid file's last line."""
    pid_file = folder / "cluster" / "postmaster.pid"
    try:
        return pid_file.read_text(encoding="utf-8").split()[-1] == "ready"
    except (FileNotFoundError, IndexError):
        return False


def way_to_copy(binaries: Path, folder: Path) -> str:
    """In memory the plain copying of files is ten times as quick as the server's own choice, on a disk it is slower."""
    version = subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, text=True)
    found = re.search(r"\d+", version.stdout)
    knows_ways = found is not None and int(found.group()) >= 15
    return " STRATEGY FILE_COPY" if knows_ways and folder.is_relative_to(MEMORY) else ""


def announce(shared: Path, folder: Path, way: str) -> None:
    """Tell the waiting tests where the server is, in one piece."""
    draft = shared / "ready.json.new"
    draft.write_text(
        json.dumps({"sockets": str(folder), "keeper": os.getpid(), "way": way}), encoding="utf-8"
    )
    draft.rename(shared / "ready.json")


def wait_until_unused(users: IO[str], server: subprocess.Popen[bytes]) -> None:
    """Return when nobody uses the server, holding the lock; newcomers then wait until `users` is closed."""
    while server.poll() is None:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.5)
        else:
            return


def stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # "fast": connections are cut off
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
