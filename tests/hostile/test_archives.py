"""A backup that somebody made by hand writes nowhere but into the installation."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from core.backup import BackupError, read_backup
from core.testing.installation import Installation


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil-of-a-backup.txt", "link"])
def test_a_forged_backup_writes_nothing(name: str, sqlite_installation: Installation, tmp_path: Path) -> None:
    archive = tmp_path / "forged.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        member = tarfile.TarInfo(name)
        if name == "link":
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            file.addfile(member)
        else:
            member.size = 4
            file.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(BackupError):
        read_backup(sqlite_installation.config, archive)
    assert not list(tmp_path.rglob("evil*"))
    assert not Path("/tmp/evil-of-a-backup.txt").exists()
    assert sqlite_installation.browser().get("/leads").status_code == 200
