"""The migrations of one owner of tables (the core or a plugin), read from its files without importing Alembic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.host.manifest import Manifest

CORE = "core"

_REVISION = re.compile(r"^revision(?:\s*:[^=\n]+)?\s*=\s*['\"]([^'\"]+)['\"]", re.MULTILINE)
_DOWN = re.compile(r"^down_revision(?:\s*:[^=\n]+)?\s*=\s*(?:['\"]([^'\"]+)['\"]|None)", re.MULTILINE)


class BrokenLine(ValueError):
    """The files of an owner's revisions do not form one line."""


@dataclass(frozen=True)
class Owner:
    """Whose tables: `core` or a plugin's name, and the folder of its revisions."""

    name: str
    versions: Path

    @property
    def version_table(self) -> str:
        return f"alembic_version_{self.name}"

    @property
    def line(self) -> tuple[str, ...]:
        """The revisions from the first to the head; empty where the owner has no tables.

        Raises:
            BrokenLine: the files do not form one line.
        """
        files = sorted(self.versions.glob("*.py")) if self.versions.is_dir() else []
        return _line(tuple((file, file.stat().st_mtime_ns) for file in files))

    @property
    def head(self) -> str | None:
        line = self.line
        return line[-1] if line else None

    def pending_after(self, revision: str | None) -> tuple[str, ...]:
        """The revisions that a database at `revision` still lacks."""
        line = self.line
        return line[line.index(revision) + 1 :] if revision is not None else line


def core_owner() -> Owner:
    return Owner(CORE, Path(__file__).resolve().parents[2] / "migrations" / "versions")


def owner_of(manifest: Manifest) -> Owner:
    return Owner(manifest.name, manifest.folder / "migrations" / "versions")


@lru_cache(maxsize=256)
def _line(files: tuple[tuple[Path, int], ...]) -> tuple[str, ...]:
    following: dict[str | None, str] = {}
    for file, _changed in files:
        text = file.read_text(encoding="utf-8")
        revision, down = _REVISION.search(text), _DOWN.search(text)
        if revision is None or down is None:
            raise BrokenLine(f"{file}: a revision says revision = … and down_revision = …")
        if down[1] in following:
            raise BrokenLine(
                f"{file}: two revisions follow {down[1] or 'the beginning'}; they must form one line"
            )
        following[down[1]] = revision[1]
    line: list[str] = []
    at: str | None = None
    while (at := following.pop(at, None)) is not None:
        line.append(at)
    if following:
        raise BrokenLine(f"{files[0][0].parent}: {', '.join(sorted(following.values()))} cannot be reached")
    return tuple(line)
