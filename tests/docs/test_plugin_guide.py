"""The guide's code is put into a folder, switched on and used, as the guide's reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core import api

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "plugins.md"
BLOCK = re.compile(r"```\w+\n# file: (\S+)\n(.*?)```", re.S)
KIND = re.compile(r"^\| (`[A-Z]\w+`(?:, `\w+`)*) \|", re.M)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The guide's files in a folder of their own, with the migration that the guide's command writes."""
    plugin = tmp_path / "plugins" / "visit_routes"
    plugin.mkdir(parents=True)
    (plugin / "__init__.py").touch()
    files = dict(BLOCK.findall(GUIDE.read_text(encoding="utf-8")))
    assert set(files) == {"plugin.toml", "models.py", "plugin.py"}
    for name, text in files.items():
        (plugin / name).write_text(text, encoding="utf-8")
    return plugin.parent


def test_the_guides_plugin_works(folder: Path, tmp_path: Path) -> None:
    script = Path(__file__).with_name("use_the_guides_plugin.py")
    done = subprocess.run(
        [sys.executable, str(script), str(folder), str(tmp_path / "instance")],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_guides_code_says_its_types_rightly(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", *map(str, folder.glob("*/*.py"))],
        cwd=ROOT,
        env=os.environ | {"MYPYPATH": f"{folder.parent}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_kind_of_field_is_in_the_guides_table() -> None:
    listed = {
        name.strip("`")
        for names in KIND.findall(GUIDE.read_text(encoding="utf-8"))
        for name in names.split(", ")
    }
    kinds = {
        name for name, each in vars(api).items() if isinstance(each, type) and issubclass(each, api.Kind)
    }
    assert listed == kinds - {"Kind", "Password"}  # a password is a kind of setting
