"""What stands around a list however it is drawn: its views, its filters, what its links keep."""

from __future__ import annotations

from typing import Any

from flask import request

from core.resources.pages.filters import more_filters, pills_of
from core.resources.pages.finding import can_find
from core.resources.pages.here import Here
from core.resources.pages.tabs import tabs_of
from core.resources.query import ListQuery


def frame_of(here: Here, query: ListQuery) -> dict[str, Any]:
    """What the templates of the views and the filters need."""
    tabs = tabs_of(here, query, request.args.get("view", ""))
    pills = pills_of(here, query, request.args.get("add", ""))
    view = next((tab for tab in tabs if tab.is_current), None)
    own = [("view", view.key)] if view is not None and request.args.get("view") else []
    return {
        "here": here,
        "resource": here.resource,
        "query": query,
        "tabs": tabs,
        "view": view,
        "own": own,
        "pills": pills,
        "set_pills": [pill for pill in pills if pill.is_set],
        "more": more_filters(here.resource, pills),
        "kept": [*own, *query.arguments()],
        "number_field": here.resource.field(here.resource.subtitle or "")
        if can_find(here.resource)
        else None,
    }
