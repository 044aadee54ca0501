"""What becomes of a conversion that is taken back, and of each record that it made or completed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from core.api import Resource, Words
from plugins.crm_leads.conversion.declare import Target
from plugins.crm_leads.conversion.outcome import Trace, Undone
from plugins.crm_leads.models import Conversion, Lead, Result


@dataclass
class Held:
    """A result of a conversion with its record, if that is still there, and what is to be restored in it."""

    result: Result
    target: Target | None
    record: Any = None
    trace: Trace | None = None
    back: dict[str, Any] = field(default_factory=dict)
    """Field or child → the value before, as the API writes it."""


@dataclass
class Fate:
    """What taking one conversion back comes to."""

    conversion: Conversion
    lead: Lead | None = None
    held: list[Held] = field(default_factory=list)
    answered: Undone | None = None

    @property
    def undone(self) -> Undone:
        if self.answered is not None:
            return self.answered
        traces = tuple(each.trace for each in self.held if each.trace is not None)
        moved = Counter[str]()
        for entry in self.conversion.moved:
            moved[entry["table"]] += len(entry["rows"])
        return Undone(self.conversion, traces, dict(moved))


def label_of(resource: Resource, name: str) -> Words | None:
    child = resource.child(name)
    if child is not None:
        return child.plural
    return resource.field(name).label if resource.has_field(name) else None
