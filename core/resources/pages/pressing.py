"""A change at one press, from the page of a record."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from core.host.dispatch import PluginError
from core.i18n import _
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import enter, onward
from core.resources.pages.undoing import change_with_undo
from core.resources.rights import title_of
from core.resources.shortcuts import shortcut_of
from core.resources.write import NotValid


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>/do/<name>", "press", press, methods=["POST"])


def press(resource: str, id: int, name: str) -> ResponseReturnValue:
    """POST: do it, say so, and offer to take it back."""
    here = enter(resource)
    shortcut = shortcut_of(here.resource, name)
    if shortcut is None:
        abort(404)
    stored = here.record(id, shortcut.permission)
    address = here.address_from(id, request.args.get("from", ""))
    back = onward(address)
    context, title = here.writing(), title_of(here.resource, stored.record)
    try:
        raw = shortcut.changes(context, stored.record, {})
        if raw is None:
            flash_toast(_("There was nothing to do."), tone="warn")
            return back
        undo = change_with_undo(here, stored, raw, context)
    except NotValid as error:
        here.session.rollback()
        flash_toast(" ".join(str(problem.message) for problem in error.draft.problems), tone="bad")
        return back
    except (Refused, PluginError) as error:
        here.session.rollback()
        flash_toast(getattr(error, "message", str(error)), tone="bad")
        return back
    flash_toast(str(shortcut.told) % {"record": title}, undo=undo)
    return here.leave(stored.record, address)
