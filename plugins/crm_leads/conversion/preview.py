"""What a conversion would make, complete, move and leave: worked out by the code that does it, nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.api import Field, Problem, ReferenceItem, Words, WriteContext
from plugins.crm_leads.conversion.declare import Suggestion, Target
from plugins.crm_leads.conversion.wish import Wish
from plugins.crm_leads.models import Lead


@dataclass(frozen=True)
class Difference:
    """A field in which the existing record and the lead differ; `takes_lead` is what was chosen, or the safe choice."""

    field: Field
    kept: Any
    lead: Any
    kept_text: str
    lead_text: str
    takes_lead: bool


@dataclass(frozen=True)
class Choice:
    """A field asked for of a record that is made: what it would hold, and what is wrong with that.

    `raw` is what was typed where that could not be read.
    """

    field: Field
    value: Any
    raw: Any = None
    required: bool = False
    problem: Words | None = None


@dataclass(frozen=True)
class Part:
    """One target in the dialog: whether it is wanted, new or existing, and what goes with that.

    `barred` says why it cannot be chosen (the person may not create such records). `notes` are sentences on what
    comes besides (“The other contact, Zoraida Ávila, goes to the company too.”).
    """

    target: Target
    wanted: bool
    existing: Suggestion | None
    suggestions: tuple[Suggestion, ...] = ()
    differences: tuple[Difference, ...] = ()
    choices: tuple[Choice, ...] = ()
    notes: tuple[Words, ...] = ()
    barred: Words | None = None


@dataclass(frozen=True)
class Line:
    """A record in the outcome: made (`record_id` None) or completed; `told` is the line below its title."""

    target: Target
    title: str
    told: str = ""
    record_id: int | None = None


@dataclass(frozen=True)
class Moved:
    """So many things of one sort go along (files, tags, interactions)."""

    name: str
    label: Words
    icon: str
    count: int


@dataclass(frozen=True)
class Homeless:
    """A lead's own attribute that no chosen target has.

    `offers` are the targets on which it can be made; none if the person may not change attributes.
    """

    field: Field
    text: str
    offers: tuple[Target, ...]
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """All that a conversion would do. `problems` name target and field (`deal.title`), '' for the whole.

    `words` is the combination (“New contact + existing company + new deal”), `status` the lead's end.
    """

    lead: Lead
    wish: Wish
    parts: tuple[Part, ...]
    made: tuple[Line, ...]
    completed: tuple[Line, ...]
    moved: tuple[Moved, ...]
    attributes: tuple[Homeless, ...]
    status: ReferenceItem | None
    problems: tuple[Problem, ...]
    words: str

    @property
    def is_ready(self) -> bool:
        return not self.problems


def preview(context: WriteContext, lead: Lead, wish: Wish | None = None) -> Preview:
    """What would become of a lead by this wish; without one by what is suggested: nothing is written.

    Raises:
        Refused: the person may not convert this lead, or no status means converted.
    """
    raise NotImplementedError
