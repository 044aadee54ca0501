"""`plugin.toml` is read without importing anything, and what is wrong with one is said precisely."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.host.manifest import ManifestError, read_manifest
from core.host.versions import Range, parse_version

GOOD = """
name = "t_notes"
version = "1.2.3"
core = ">=0.1,<1"
depends = ["t_base>=1.3", "t_other"]
optional = ["t_extra"]
category = "sales"
icon = "notes"
hue = "teal"
author = "Andes Soft"

[title]
en = "Notes"
es = "Notas"

[summary]
en = "Writes notes."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "t_notes"
    made.mkdir()
    (made / "plugin.py").write_text("raise SystemExit('imported')")
    (made / "plugin.toml").write_text(GOOD)
    return made


def test_a_manifest_says_what_a_plugin_is(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert (manifest.name, manifest.version, manifest.package) == ("t_notes", "1.2.3", "plugins.t_notes")
    assert [str(each) for each in manifest.depends] == ["t_base>=1.3", "t_other"]
    assert [each.name for each in manifest.optional] == ["t_extra"]
    assert (manifest.title_in("es"), manifest.title_in("fr")) == ("Notas", "Notes")
    assert read_manifest(folder) is manifest, "an unchanged file is read once"
    assert read_manifest(folder, "andes.notes").package == "andes.notes"
    assert not manifest.is_shipped


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('name = "t_notes"', 'name = "notes"', "its folder is called 't_notes'"),
        ('name = "t_notes"', 'name = "T-Notes"', "lower-case words between underscores"),
        ('name = "t_notes"', 'name = "core"', "lower-case words between underscores"),
        ('version = "1.2.3"', "", "needs version"),
        ('version = "1.2.3"', 'version = "newest"', "no version"),
        ('core = ">=0.1,<1"', 'core = "~0.1"', "no range of versions"),
        ('category = "sales"', 'category = "misc"', "one of sales, capture"),
        ('hue = "teal"', 'hue = "#123456"', "one of slate, blue"),
        ('hue = "teal"', 'colour = "teal"', "does not know colour"),
        ('["t_extra"]', '"t_extra"', "must be a list of texts"),
        ('["t_extra"]', '["t_notes"]', "names no other plugin"),
        ('["t_extra"]', '["t_extra >> 1"]', "no range of versions"),
        ('es = "Notas"', 'de = "Notizen"', "is in de; languages are"),
        ('en = "Notes"', "", "needs at least the language en"),
        ('name = "t_notes"', "name = ", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(folder: Path, old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    (folder / "plugin.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(ManifestError) as error:
        read_manifest(folder)
    assert complaint in str(error.value)
    assert str(folder / "plugin.toml") in str(error.value)


@pytest.mark.parametrize(
    ("wanted", "version", "takes"),
    [
        ("", "0.0.1", True),
        (">=1.3", "1.3.0", True),
        (">=1.3", "1.10", True),
        (">=1.3,<2", "2.0", False),
        ("==1.2", "1.2.0", True),
        ("!=1.2", "1.2.0", False),
        (">1.2", "1.2.0.1", True),
        ("<=1", "1.0.1", False),
    ],
)
def test_ranges_take_versions_by_number(wanted: str, version: str, takes: bool) -> None:
    assert Range(wanted).takes(version) is takes
    assert parse_version("1.10") > parse_version("1.9")
