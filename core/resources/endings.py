"""Paths that end for a reason (discarded, lost): the reason that every way there asks for, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.db import db
from core.fields.kind import References
from core.house import current_house
from core.i18n import Text, _l
from core.references import OPEN, references_of
from core.resources.closing import why_closed
from core.resources.context import Draft, WriteContext
from core.resources.declare import Ask, Resource, Shortcut
from core.resources.passages import Passages
from core.resources.steps import steps_of

ASKED = ("page", "api")
"""Doors behind which somebody can answer. What comes in by the others is never refused for want of a reason."""

NOT_TOLD = "not_told"
"""Key of the shipped reason of those that nobody was asked about."""


@dataclass(frozen=True)
class Ending:
    """That a record of a status of this meaning has a reason, and no other has one.

    Args:
        meaning: of the statuses of the resource's path that mean it.
        reason, note: the fields that say why; a value of a list, and what is told beyond that.
        needed: what is said where the reason is missing.
        misplaced: what is said where there is one and the status means something else.
    """

    meaning: str
    reason: str
    note: str
    needed: Text
    misplaced: Text
    code: str
    """Code of the problem that such a reason is."""

    @property
    def fields(self) -> tuple[str, str]:
        return (self.reason, self.note)

    @property
    def ask(self) -> Ask:
        """What a path asks on the way there (`Path.asks`)."""
        return Ask(fields=self.fields)

    def check(self, draft: Draft, context: WriteContext) -> None:
        """One of the resource's checks."""
        path = draft.resource.path
        assert path is not None
        if _meaning(draft.resource, draft.value(path.field), context.formats.references) == self.meaning:
            self._need(draft, context)
        else:
            self._drop(draft, context)

    def _need(self, draft: Draft, context: WriteContext) -> None:
        status = draft.resource.status_field
        assert status is not None
        ended = not draft.is_new and (
            _meaning(draft.resource, getattr(draft.current, status.attribute), context.formats.references)
            == self.meaning
        )
        field = draft.resource.field(self.reason)
        is_taken_away = (
            ended and getattr(draft.current, field.attribute) is not None and self.reason in draft.values
        )
        if draft.values.get(self.reason) is not None or (ended and not is_taken_away):
            return
        if context.source in ASKED:
            if not any(each.field == self.reason for each in draft.problems):
                draft.problem(self.reason, self.needed, "required")
            return
        reason = context.formats.references.find(getattr(field.kind, "list", ""), NOT_TOLD)
        draft.values[self.reason] = reason.id if reason else None

    def _drop(self, draft: Draft, context: WriteContext) -> None:
        """Whoever opens a record again needs not empty these; who fills them on an open one is told."""
        for name in self.fields:
            stored = None if draft.is_new else getattr(draft.current, draft.resource.field(name).attribute)
            given = draft.values.get(name, stored)
            if given is None:
                continue
            draft.values[name] = None
            if given == stored:
                continue
            if context.source in ASKED:
                draft.problem(name, self.misplaced, self.code)
            else:
                draft.warnings.append((name, self.misplaced))


def reopening(
    resource_name: str, fields: tuple[str, ...], ended: tuple[str, ...], passages: Passages
) -> Shortcut:
    """The way back from statuses of the meanings `ended`: to the last one under which the record was worked on.

    Where that is not known it is the one that records begin with. `fields` are those it may change: the status and
    what says why.
    """

    def changes(context: WriteContext, record: Any, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
        resource, references = context.house.resources[resource_name], context.formats.references
        path = resource.path
        assert path is not None
        if _meaning(resource, getattr(record, passages.step), references) not in ended:
            return None
        group = getattr(record, resource.field(path.within).attribute) if path.within else None
        worked_on = [item for item in steps_of(resource, references, group) if item.meaning == OPEN]
        before = passages.last(context.session, record.id, OPEN)
        back = next((item for item in worked_on if item.id == before), None) or next(
            (item for item in worked_on if item.is_default), worked_on[0]
        )
        return {path.field: {"id": back.id}}

    def visible(record: Any) -> bool:
        resource, references = current_house().resources[resource_name], references_of(db.session())
        is_ended = _meaning(resource, getattr(record, passages.step), references) in ended
        return is_ended and not why_closed(db.session(), resource)  # history is not taken up again

    return Shortcut(
        "reopen",
        _l("Reopen"),
        "rotate",
        fields=fields,
        changes=changes,
        told=_l("“%(record)s” is open again."),
        visible=visible,
    )


def _meaning(resource: Resource, step: int | None, references: References) -> str | None:
    assert resource.path is not None
    item = references.get(resource.path.list, step)
    return item.meaning if item else None
