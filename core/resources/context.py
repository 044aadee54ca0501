"""What travels with a write: the drafts, who writes, through which door, and what was found wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.fields.kind import Formats, Reading
from core.formats import formats_for, reading_for
from core.i18n import Text
from core.resources.side import stored_value
from core.settings import settings_of

if TYPE_CHECKING:
    from core.house import House
    from core.resources.declare import Resource


class Refused(Exception):
    """A rule forbids what was asked; nothing was done. `message` is for people, in their language."""

    def __init__(self, message: Text, code: str = "refused") -> None:
        super().__init__(str(message))
        self.message = message
        self.code = code


@dataclass(frozen=True)
class Problem:
    """What is wrong with a draft: the field ('' for the whole record), a sentence, a code, and whose rule it is."""

    field: str
    message: Text
    code: str = "invalid"
    plugin: str = ""


@dataclass
class ChildRow:
    """One of the rows that hang on a record (an address, a contact person), stored or wanted.

    `values` maps the child's field names to parsed values; of a wanted row with an id the fields that are not named
    stay as they are. `place` is where it stood in the input: problems are told of `<child>.<place>.<field>`.
    """

    values: dict[str, Any] = field(default_factory=dict)
    id: int | None = None
    is_main: bool = False
    place: int = 0


@dataclass
class Draft:
    """A record as somebody wants it: new (`record_id` None) or changed; only the given fields are in `values`.

    `values` maps field name to the parsed value. `tags` None leaves the tags alone. `children` maps the name of a
    `Child` to all the rows the record shall have of it; those of a child that is not named stay as they are.
    """

    resource: Resource
    values: dict[str, Any] = field(default_factory=dict)
    record_id: int | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[tuple[str, Text]] = field(default_factory=list)
    row: int | None = None
    """Number of the row of an imported file."""
    options: dict[str, Any] = field(default_factory=dict)
    """What a door asks of a plugin beyond fields (e.g. the reason for a junk status)."""
    current: Any = None
    """The record as it is stored, for a change."""
    children: dict[str, list[ChildRow]] = field(default_factory=dict)
    stored_children: dict[str, list[ChildRow]] = field(default_factory=dict)
    """The rows as they are stored, of the children that were asked for."""
    defaulted: set[str] = field(default_factory=set)
    """Names of the fields of a new record that nobody said anything of: they have their defaults."""
    child_changes: dict[str, list[Any]] = field(default_factory=dict)
    """Filled while writing: what history tells of each child's rows, [before, after]."""

    @property
    def is_new(self) -> bool:
        return self.record_id is None

    @property
    def ok(self) -> bool:
        return not self.problems

    def problem(self, field: str, message: Text, code: str = "invalid", plugin: str = "") -> None:
        self.problems.append(Problem(field, message, code, plugin))

    def value(self, name: str) -> Any:
        """The value the record will have: the given one, else the stored one."""
        if name in self.values:
            return self.values[name]
        if self.current is None:
            return None
        return stored_value(self.resource, self.current, self.resource.field(name))


@dataclass
class WriteContext:
    """Surroundings of a write. `source` is page, api, import, inquiry, conversion, automation, command or job.

    `because` names the rule that writes, where one does: history and those who are told of it say so.
    """

    session: Session
    house: House
    actor: Actor | None
    formats: Formats
    reading: Reading
    source: str = "page"
    settings: Mapping[str, Any] = field(default_factory=dict)
    because: str = ""


def write_context(
    session: Session, house: House, actor: Actor | None, source: str = "page", **reading: Any
) -> WriteContext:
    """The surroundings of a write by this person through this door; `reading` overrides how input is understood."""
    formats = formats_for(session, actor)
    return WriteContext(
        session,
        house,
        actor,
        formats,
        reading_for(session, actor, formats=formats, **reading),
        source,
        settings_of(session),
    )
