"""The way back from what was done to the values of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_HELD = 20_000
"""Rows of which it is kept in mind that they had a value that was replaced."""


@dataclass
class Undo:
    """The way back: attributes to set again by id, rows to add again, rows to take away.

    `held` are the rows of records ({"table.column": ids}) that had the value `replaced`, and have `replaced_by` now.
    `further` are ways back in other lists, gone after this one: (list name, what an `Undo` is made of).
    """

    set: dict[int, dict[str, Any]] = field(default_factory=dict)
    add: list[dict[str, Any]] = field(default_factory=list)
    remove: list[int] = field(default_factory=list)
    held: dict[str, list[int]] = field(default_factory=dict)
    replaced: int | None = None
    replaced_by: int | None = None
    further: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Undo:
        """From what it was kept as: JSON makes text of the ids."""
        return cls(**{**kept, "set": {int(id): attributes for id, attributes in kept["set"].items()}})
