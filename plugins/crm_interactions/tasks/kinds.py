"""Kinds of fields that only tasks have: whether one is done, and when to be reminded of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.api import Boolean, Choice, Field, Kind, Many, Reading, _l, utcnow

REMINDERS = (
    ("0", _l("When it is due")),
    ("10", _l("10 minutes before")),
    ("30", _l("30 minutes before")),
    ("60", _l("1 hour before")),
    ("1440", _l("1 day before")),
)
"""Minutes before a task is due, as text, with their name."""

AHEAD = Choice(REMINDERS)


@dataclass(frozen=True)
class Ticked(Boolean):
    """Yes where something has a moment at which it was done; saying yes sets that moment, saying no takes it away."""

    name: ClassVar[str] = "ticked"
    operators: ClassVar[tuple[str, ...]] = ()
    sortable: ClassVar[bool] = False

    def load(self, record: Any, field: Field) -> bool:
        return getattr(record, field.attribute) is not None

    def store(self, value: bool | None, field: Field) -> Mapping[str, Any]:
        return {field.attribute: utcnow() if value else None}


@dataclass(frozen=True)
class RemindedBefore(Many):
    """When to be told of a task: minutes before it is due, the earliest last; kept as `0,60,1440`."""

    one: Kind = AHEAD
    name: ClassVar[str] = "reminded_before"

    def __post_init__(self) -> None:
        """All of them stand in one column, so a list is asked only whether there are any."""
        object.__setattr__(self, "operators", ("empty", "any"))

    def parse(self, raw: Any, field: Field, reading: Reading) -> tuple[str, ...]:
        if isinstance(raw, str) and "," in raw:
            raw = raw.split(",")
        return tuple(sorted(super().parse(raw, field, reading), key=int))

    def load(self, record: Any, field: Field) -> tuple[str, ...]:
        return (
            tuple((getattr(record, field.attribute) or "").split(","))
            if getattr(record, field.attribute)
            else ()
        )

    def store(self, value: tuple[str, ...] | None, field: Field) -> Mapping[str, Any]:
        return {field.attribute: ",".join(value or ()) or None}
