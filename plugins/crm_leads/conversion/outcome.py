"""What came of a conversion, and of taking one back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core.api import Problem, Words
from plugins.crm_leads.models import Conversion, Lead


@dataclass(frozen=True)
class Outcome:
    """What came of one lead: its conversion, or why there is none (`problems`; `deal.title` names target and field).

    `is_new` is False where somebody had converted it already: the answer is that conversion. `records` says for each
    target the id of its record, of those that are still there.
    """

    lead: Lead
    conversion: Conversion | None = None
    is_new: bool = False
    records: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        return self.conversion is not None


@dataclass(frozen=True)
class Trace:
    """A record that a conversion made or completed, and what becomes of it: removed, unlinked or restored.

    `why` says why it stays (“2 files were added”). `fields` are labels: of a completed record those that get their
    old values back; `kept` those that somebody has changed since. `is_made` tells made ones from completed ones.
    """

    target: str
    resource: str
    record_id: int
    title: str
    is_removed: bool = False
    why: tuple[Words, ...] = ()
    fields: tuple[Words, ...] = ()
    kept: tuple[Words, ...] = ()
    is_made: bool = True


@dataclass(frozen=True)
class Undone:
    """What taking a conversion back does, or has done (`is_done`); `refused` says why it cannot be.

    `moved` counts by table what comes back to the lead.
    """

    conversion: Conversion
    traces: tuple[Trace, ...] = ()
    moved: Mapping[str, int] = field(default_factory=dict)
    is_done: bool = False
    refused: Words | None = None
    code: str = ""

    @property
    def ok(self) -> bool:
        return self.refused is None

    @property
    def removed(self) -> tuple[Trace, ...]:
        return tuple(each for each in self.traces if each.is_removed)

    @property
    def staying(self) -> tuple[Trace, ...]:
        return tuple(each for each in self.traces if not each.is_removed)


def kept_outcome(undone: Undone) -> dict[str, Any]:
    """What was undone, as the conversion keeps it."""
    words = ("why", "fields", "kept")
    traces = [
        {**asdict(each), **{name: [str(word) for word in getattr(each, name)] for name in words}}
        for each in undone.traces
    ]
    return {"traces": traces, "moved": dict(undone.moved)}


def undone_before(conversion: Conversion) -> Undone:
    """The answer that was given when the conversion was taken back."""
    kept = conversion.outcome
    traces = tuple(_trace_of(each) for each in kept.get("traces", ()))
    return Undone(conversion, traces, kept.get("moved", {}), is_done=True)


def _trace_of(kept: Mapping[str, Any]) -> Trace:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()
    }
    return Trace(**values)
