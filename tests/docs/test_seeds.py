"""Every test that `docs/seeds.md` names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def test_what_shows_a_sentence_exists() -> None:
    text = (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")
    named = NAMED.findall(text)
    assert len(named) > 30
    for path, test in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert not test or test in tests, f"{path}::{test}"


def test_every_line_of_the_tables_says_what_shows_it() -> None:
    for line in (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| «"):
            shown = line.split("|")[2]
            assert "tests/" in shown or "open" in shown or "not yet an issue" in shown, line
