"""All catalogues make one at run time: every text has its translation, and the same one wherever it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_text_is_translated_and_alike_in_every_catalogue() -> None:
    tool = [sys.executable, str(ROOT / "tools" / "translations.py"), "check"]
    told = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
