"""What a newcomer meets first: make's list of targets, and locks that any machine can install from."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def test_make_help_lists_the_two_commands_of_the_readme() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    opening = (ROOT / "README.md").read_text(encoding="utf-8")[:900]
    for target in ("run", "test"):
        assert f"make {target} " in listed
        assert f"make {target} " in opening


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_machine(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--trusted-host|--find-links| @ ", text)
    for entry in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "==" in entry.splitlines()[0]
        assert "--hash=sha256:" in entry


def test_the_developers_lock_agrees_with_the_one_that_is_shipped() -> None:
    shipped, developers = (pins(ROOT / lock) for lock in LOCKS)
    assert shipped.items() <= developers.items()


def test_phone_numbers_come_from_one_package_only() -> None:
    assert "phonenumberslite" not in pins(ROOT / "requirements-dev.lock")


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))
