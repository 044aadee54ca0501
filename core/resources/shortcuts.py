"""Changes at one press: done to one record, to many, and by the API, always through the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.resources.context import WriteContext
from core.resources.declare import Resource, RestAction, Shortcut
from core.resources.read import find
from core.resources.rights import require_reach
from core.resources.write import change


def shortcut_of(resource: Resource, name: str) -> Shortcut | None:
    """The resource's change of this name."""
    return next((each for each in resource.shortcuts if each.name == name), None)


def press(
    shortcut: Shortcut,
    resource: Resource,
    record: Any,
    context: WriteContext,
    given: Mapping[str, Any] | None = None,
) -> bool:
    """Do it to one record; False where there was nothing to do. The caller commits.

    Raises:
        NotValid, Refused: a rule forbids it, or the right that it needs does not reach this record.
    """
    require_reach(resource, record, shortcut.permission, context)
    raw = shortcut.changes(context, record, given or {})
    if raw is None:
        return False
    change(resource, record, raw, context)
    return True


def by_api(resource_name: str, shortcut: Shortcut) -> RestAction:
    """The same for the API: `POST /api/v1/<resource>/{id}/<name>` → the record; with nothing to do it stays as it is."""

    def run(context: WriteContext, record: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
        resource = context.house.resources[resource_name]
        press(shortcut, resource, record, context, body)
        context.session.flush()
        stored = find(context.session, resource, record.id, children=True)
        return {} if stored is None else stored.json(context.formats)

    return RestAction(shortcut.name, shortcut.label, run, permission=shortcut.permission)
