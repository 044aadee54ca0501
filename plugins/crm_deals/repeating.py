"""Selling the same once more: a new open deal of the same client, people and products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.api import (
    Action,
    Resource,
    RestAction,
    WriteContext,
    _l,
    child_json,
    children_of,
    create,
    find,
)
from plugins.crm_deals.models import Deal


def repeat(context: WriteContext, deal: Deal) -> Deal:
    """A new deal of the same client with the people and the products of this one, at the beginning of its pipeline.

    It is its maker's, entered today. What its maker may not see is left out. The caller commits.

    Raises:
        NotValid: they may not create deals, or a rule is against it.
    """
    resource = context.house.resources["deals"]
    names = ("title", "client", "pipeline", "currency", "source", "value")
    raw = {name: _json(resource, deal, name, context) for name in names}
    rows = children_of(context.session, resource, [deal.id])
    for child in resource.children:
        told = [child_json(child, row, context.formats) for row in rows[child.name].get(deal.id, ())]
        raw[child.name] = [
            {name: value for name, value in row.items() if name != "id"}
            for row in told
            if not any(map(_is_hidden, row.values()))
        ]
    made: Deal = create(
        resource, {name: value for name, value in raw.items() if not _is_hidden(value)}, context
    )
    return made


def repeat_by_api(context: WriteContext, deal: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """`POST /api/v1/deals/{id}/repeat` → the new deal."""
    made = repeat(context, deal)
    context.session.flush()
    stored = find(context.session, context.house.resources["deals"], made.id, children=True)
    return {} if stored is None else stored.json(context.formats)


def _json(resource: Resource, deal: Deal, name: str, context: WriteContext) -> Any:
    field = resource.field(name)
    return field.kind.json(field.kind.load(deal, field), context.formats)


def _is_hidden(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("hidden"))


REPEAT = Action("repeat", _l("Repeat deal"), "copy", "crm_deals.repeat_deal", permission="create")

REPEAT_BY_API = RestAction("repeat", _l("Repeat deal"), repeat_by_api, permission="create")
