"""The path of statuses a record walks: open steps in order, its ends apart; a click moves it and can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.reach import may_enter
from core.fields.kind import ReferenceItem
from core.host.dispatch import PluginError
from core.i18n import Text, _
from core.records.timeline import time_spent
from core.resources.context import Draft, Refused
from core.resources.declare import Ask
from core.resources.door import flash_toast
from core.resources.pages.forms import RecordForm, form_of, sent, show_problems
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.undoing import change_with_undo
from core.resources.read import Stored
from core.resources.rights import title_of
from core.resources.steps import steps_of
from core.resources.write import NotValid

WON = frozenset({"converted", "won"})


@dataclass(frozen=True)
class Step:
    item: ReferenceItem
    state: str
    """done, now, next, won or lost."""
    spent: str = ""
    """How long the record has been at it, in words."""
    is_open: bool = True
    """Whether its reader may bring the record there."""


@dataclass(frozen=True)
class Walk:
    """Where a record stands on its path. `lost` are the statuses by which it can be closed without success, `won` those
    by which it succeeds at a press; where success has a dialog of its own, that is an action of the record."""

    field: str
    steps: Sequence[Step]
    lost: Sequence[ReferenceItem]
    now: ReferenceItem | None
    won: Sequence[ReferenceItem] = ()

    @property
    def has_ended(self) -> bool:
        return any(step.state in ("won", "lost") for step in self.steps)


def walk_of(here: Here, stored: Stored) -> Walk | None:
    """The path of this record; None where its resource has none."""
    path = here.resource.path
    if path is None or not here.resource.has_field(path.field):
        return None
    declared = here.house.lists.get(path.list)
    items = steps_here(here, stored)
    now = here.formats.references.get(path.list, stored.value(here.resource.field(path.field)))
    first = declared.meanings[0][0] if declared is not None and declared.meanings else None
    open_ones = [item for item in items if first is None or item.meaning == first]
    at = open_ones.index(now) if now in open_ones else len(open_ones)
    spent = path.spent(here.session, stored.record) if path.spent else {}
    if not spent:
        spent = time_spent(here.session, here.resource, stored.record, path.field, now.id if now else None)
    steps = [
        Step(
            item,
            "done" if number < at else "now" if number == at else "next",
            _spent(spent.get(item.id)),
            _is_open(here, stored, item),
        )
        for number, item in enumerate(open_ones)
    ]
    if now is None:
        steps = [Step(item, "next", is_open=_is_open(here, stored, item)) for item in open_ones]
    elif now not in open_ones:
        steps.append(Step(now, "won" if now.meaning in WON else "lost"))
    ends = [item for item in items if item not in open_ones and item != now and _is_open(here, stored, item)]
    lost = [item for item in ends if item.meaning not in WON]
    won = [item for item in ends if item.meaning in WON and not ask_of(here, item).endpoint]
    return Walk(path.field, steps, lost, now, won)


def steps_here(here: Here, stored: Stored) -> Sequence[ReferenceItem]:
    """The statuses this record can have: of a list with groups those of its own."""
    path = here.resource.path
    within = path.within if path and here.resource.has_field(path.within) else ""
    group = stored.value(here.resource.field(within)) if within else None
    return steps_of(here.resource, here.formats.references, group)


def _is_open(here: Here, stored: Stored, item: ReferenceItem) -> bool:
    owner = getattr(stored.record, here.resource.owner) if here.resource.owner else None
    return may_enter(here.actor, here.resource, owner, item.id)


def _spent(time: timedelta | None) -> str:
    """Days, or hours of less than one; nothing of less than an hour."""
    if time is None or time < timedelta(hours=1):
        return ""
    return _("%(days)s d", days=time.days) if time.days else _("%(hours)s h", hours=time.seconds // 3600)


def move(resource: str, id: int) -> ResponseReturnValue:
    """POST: give the record another status. GET, or a POST that lacks it: what that status asks for, or which status."""
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    walk = walk_of(here, stored)
    if walk is None:
        abort(404)
    item = _wanted(here, walk)
    if item is None:
        return _choose(here, stored, walk)
    ask = ask_of(here, item)
    if ask.endpoint and (walk.now is None or item.meaning != walk.now.meaning):
        return redirect(url_for(ask.endpoint, id=id))
    names = [name for name in ask.fields if here.resource.has_field(name)]
    if request.method == "GET":
        return _ask(here, stored, item, form_of(here, names))
    form = form_of(here, names, bound=True)
    told = {name: value for name, value in sent(here, form, names).items() if value not in (None, "")}
    back = _back(here, id)
    try:
        undo = change_with_undo(here, stored, {walk.field: {"id": item.id}, **told}, here.writing())
    except NotValid as error:
        here.session.rollback()
        if any(problem.field in names for problem in error.draft.problems):
            show_problems(form, error.draft)
            return _ask(here, here.record(id, "edit"), item, form), 422
        flash_toast(" ".join(str(problem.message) for problem in error.draft.problems), tone="bad")
        return back
    except (Refused, PluginError) as error:
        here.session.rollback()
        flash_toast(getattr(error, "message", str(error)), tone="bad")
        return back
    flash_toast(moved_text(here, stored, item), undo=undo)
    return back if here.may_with(stored.record, "view") else onward(here.address)


def ask_of(here: Here, item: ReferenceItem) -> Ask:
    """What a record is asked on its way to this status."""
    path = here.resource.path
    return (path.asks.get(item.meaning or "") if path else None) or Ask()


def moved_text(here: Here, stored: Stored, item: ReferenceItem) -> Text:
    return _(
        "“%(record)s” is now %(status)s", record=title_of(here.resource, stored.record), status=item.name
    )


def move_address(here: Here, id: int, item: ReferenceItem | None, back: str, *, to_list: bool = False) -> str:
    """Where a record's move to a status is asked about; without one, to which."""
    assert here.resource.path is not None
    pairs = [(here.resource.path.field, str(item.id))] if item else []
    pairs += [("from", back), ("to", "list")] if here.look or to_list else [("from", back)] if back else []
    return f"{here.address_of(id)}/move?{urlencode(pairs)}"


def question_of(here: Here, stored: Stored, draft: Draft, back: str = "", *, to_list: bool = False) -> str:
    """Where it is asked what a draft's status asks for and the draft lacks; '' where that is not what is wrong with it."""
    path = here.resource.path
    item = here.formats.references.get(path.list, draft.values.get(path.field)) if path else None
    if item is None or not {problem.field for problem in draft.problems} & {*ask_of(here, item).fields}:
        return ""
    return move_address(here, stored.id, item, back, to_list=to_list)


def _wanted(here: Here, walk: Walk) -> ReferenceItem | None:
    """The status that the request names; 404 where there is none such, None where it names none."""
    given = request.form.get(walk.field) or request.args.get(walk.field) or ""
    if not given and request.method == "GET":
        return None
    assert here.resource.path is not None
    item = (
        here.formats.references.get(here.resource.path.list, int(given))
        if given.isdecimal() and len(given) < 19
        else None
    )
    if item is None:
        abort(404)
    return item


def _back(here: Here, id: int) -> ResponseReturnValue:
    back = request.args.get("from", "")
    return onward(here.list_of(back) if request.args.get("to") == "list" else here.address_from(id, back))


def _choose(here: Here, stored: Stored, walk: Walk) -> ResponseReturnValue:
    """The statuses a record can be given, each a button; those that ask for more lead on to the question."""
    assert here.resource.path is not None
    items = [
        item
        for item in steps_here(here, stored)
        if item != walk.now and (_is_open(here, stored, item) or ask_of(here, item).endpoint)
    ]
    return _shown(here, stored, "choose", items=items, walk=walk)


def _ask(here: Here, stored: Stored, item: ReferenceItem, form: RecordForm) -> str:
    names = ask_of(here, item).fields
    for name in names:
        if name in form:
            form[name].description = ""
            form[name].flags.required = name == names[0]
    return _shown(here, stored, "ask", item=item, form=form)


def _shown(here: Here, stored: Stored, part: str, **given: Any) -> str:
    tail = {name: request.args[name] for name in ("from", "to") if request.args.get(name)}
    template = "resources/move.html" if is_htmx() else "resources/move_page.html"
    return render_template(
        template,
        here=here,
        resource=here.resource,
        title=title_of(here.resource, stored.record),
        part=part,
        path=here.resource.path,
        address=f"{here.address_of(stored.id)}/move",
        action=f"{here.address_of(stored.id)}/move?{urlencode(tail)}",
        tail=tail,
        back=here.list_of(tail.get("from", ""))
        if tail.get("to") == "list"
        else here.address_from(stored.id, tail.get("from", "")),
        **given,
    )
