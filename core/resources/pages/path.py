"""The path of statuses a record walks: open steps in order, its ends apart; a click moves it and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import abort, request
from flask.typing import ResponseReturnValue

from core.fields.kind import ReferenceItem
from core.host.dispatch import PluginError
from core.i18n import _
from core.records.timeline import time_spent
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import Here, enter, onward
from core.resources.pages.undoing import change_with_undo
from core.resources.read import Stored
from core.resources.rights import title_of
from core.resources.write import NotValid

WON = frozenset({"converted", "won"})


@dataclass(frozen=True)
class Step:
    item: ReferenceItem
    state: str
    """done, now, next, won or lost."""
    spent: str = ""
    """How long the record has been at it, in words."""


@dataclass(frozen=True)
class Walk:
    """Where a record stands on its path. `lost` are the statuses by which it can be closed without success."""

    field: str
    steps: Sequence[Step]
    lost: Sequence[ReferenceItem]
    now: ReferenceItem | None

    @property
    def has_ended(self) -> bool:
        return any(step.state in ("won", "lost") for step in self.steps)


def walk_of(here: Here, stored: Stored) -> Walk | None:
    """The path of this record; None where its resource has none."""
    path = here.resource.path
    if path is None or not here.resource.has_field(path.field):
        return None
    declared = here.house.lists.get(path.list)
    items = here.formats.references.items(path.list)
    now = here.formats.references.get(path.list, stored.value(here.resource.field(path.field)))
    first = declared.meanings[0][0] if declared is not None and declared.meanings else None
    open_ones = [item for item in items if first is None or item.meaning == first]
    at = open_ones.index(now) if now in open_ones else len(open_ones)
    spent = time_spent(here.session, here.resource, stored.record, path.field, now.id if now else None)
    steps = [
        Step(item, "done" if number < at else "now" if number == at else "next", _spent(spent.get(item.id)))
        for number, item in enumerate(open_ones)
    ]
    if now is None:
        steps = [Step(item, "next") for item in open_ones]
    elif now not in open_ones:
        steps.append(Step(now, "won" if now.meaning in WON else "lost"))
    lost = [item for item in items if item not in open_ones and item.meaning not in WON and item != now]
    return Walk(path.field, steps, lost, now)


def _spent(time: timedelta | None) -> str:
    """Days, or hours of less than one; nothing of less than an hour."""
    if time is None or time < timedelta(hours=1):
        return ""
    return _("%(days)s d", days=time.days) if time.days else _("%(hours)s h", hours=time.seconds // 3600)


def move(resource: str, id: int) -> ResponseReturnValue:
    """POST: give the record another status."""
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    walk = walk_of(here, stored)
    wanted = request.form.get(walk.field, "") if walk else ""
    if walk is None or not wanted.isdecimal():
        abort(404)
    context = here.writing()
    name = title_of(here.resource, stored.record)
    back = onward(here.address_from(id, request.args.get("from", "")))
    try:
        undo = change_with_undo(here, stored, {walk.field: {"id": int(wanted)}}, context)
    except NotValid as error:
        here.session.rollback()
        flash_toast(" ".join(str(problem.message) for problem in error.draft.problems), tone="bad")
        return back
    except (Refused, PluginError) as error:
        here.session.rollback()
        flash_toast(getattr(error, "message", str(error)), tone="bad")
        return back
    item = here.formats.references.get(here.resource.path.list, int(wanted))  # type: ignore[union-attr]
    flash_toast(
        _("“%(record)s” is now %(status)s", record=name, status=item.name if item else ""),
        undo=undo,
    )
    return back
