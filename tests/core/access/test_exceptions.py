"""The few places that read or write past the scope of persons: each is known, and why."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

PAST_THE_SCOPE = re.compile(
    r"[\"']unscoped[\"']\s*:\s*True|unscoped=True|\bas_system\(|\bwork_for\(.*,\s*None\)|\.connection\(\)"
    r"|bulk_(insert|update)_mappings|bulk_save_objects|exec_driver_sql"
)

KNOWN = {
    "core/access/links.py": "who holds a secret link is nobody here; only what the link belongs to is worked on",
    "core/access/scope": "the machinery itself; the guard looks up the owner a record has in the database",
    "core/access/web": "the sign-in itself: nobody is in yet, or their own password is the proof",
    "core/admin/health.py": "asks the server for its version and the database's size",
    "core/admin/settings/usage.py": "counts and replaces a list's values in everybody's records; for who may edit settings",
    "core/db.py": "begins SQLite's transactions",
    "core/host": "lifecycle and migrations work for the installation, not for a person",
    "core/records/snapshot.py": "keeps and restores whole rows of records whose deletion was allowed",
    "core/resources/children": "rows of records that somebody has in hand or writes, and their text for the search index",
    "core/resources/identity.py": "a duplicate counts whoever's it is; only the ids come back",
    "core/resources/search.py": "writes the search index, and asks whether it is there",
    "core/resources/write.py": "the highest id, to number new records",
    "core/state.py": "the installation's revision",
    "core/testing": "tests look at what was stored",
}


def test_whatever_goes_past_the_scope_is_known() -> None:
    found = {
        str(path.relative_to(ROOT))
        for folder in ("core", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if PAST_THE_SCOPE.search(path.read_text(encoding="utf-8"))
    }
    unknown = {
        path for path in found if not any(path == known or path.startswith(known + "/") for known in KNOWN)
    }
    assert not unknown, "say in KNOWN why this may see everybody's records"
    unused = {
        known for known in KNOWN if not any(path == known or path.startswith(known + "/") for path in found)
    }
    assert not unused, "these no longer need to be known"


def test_no_plugin_goes_past_the_scope() -> None:
    for path in (ROOT / "plugins").rglob("*.py"):
        assert not PAST_THE_SCOPE.search(path.read_text(encoding="utf-8")), path
