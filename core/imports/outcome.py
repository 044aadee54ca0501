"""What became of one row of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.i18n import Text
from core.imports.models import ERROR
from core.imports.targets import in_file
from core.resources.context import Draft
from core.tabular import Row


@dataclass
class Outcome:
    """What became of one row."""

    row: Row
    outcome: str = ""
    draft: Draft | None = None
    record_id: int | None = None
    resource: str | None = None
    problems: list[tuple[str, Text]] = field(default_factory=list)
    before: dict[str, Any] | None = None
    """Of a changed record what it was like, by field, as far as the row changed it."""
    version: int = 0
    """The version the record has since this row was written."""

    @property
    def warnings(self) -> list[tuple[str, Text]]:
        if self.draft is None or self.outcome == ERROR:
            return []
        return [(in_file(self.draft.resource, name), words) for name, words in self.draft.warnings]

    @property
    def is_open(self) -> bool:
        return not self.outcome
