"""A plugin's own dialog on the way to a status: every door of the pages leads there before it writes anything of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from core.resources.context import WriteContext
from core.resources.declare import Path
from core.resources.pages.here import Here
from core.resources.read import Stored
from core.resources.write import check_draft, read_draft


def dialog_for(here: Here, stored: Stored, raw: Mapping[str, Any], context: WriteContext) -> str:
    """The address of the dialog that stands before these values; '' where none does, or where they are refused anyway."""
    told = _telling(here, raw)
    if not told:
        return ""
    draft = read_draft(here.resource, {name: raw[name] for name in told}, context, current=stored.record)
    endpoint = _endpoint(here, stored, draft.values)
    if not endpoint:
        return ""
    check_draft(draft, context)
    return "" if draft.problems else url_for(endpoint, id=stored.id)


def without_dialog(
    here: Here, stored: Stored | None, raw: Mapping[str, Any], context: WriteContext
) -> tuple[dict[str, Any], str]:
    """What can be saved at once of a form, and the endpoint of the dialog that stands before the rest; '' where none does.

    A new record (`stored` None) is made first.
    """
    told = _telling(here, raw)
    if not told:
        return dict(raw), ""
    draft = read_draft(here.resource, {name: raw[name] for name in told}, context)
    endpoint = _endpoint(here, stored, draft.values)
    rest = {name: value for name, value in raw.items() if name not in told} if endpoint else dict(raw)
    return rest, endpoint


def _telling(here: Here, raw: Mapping[str, Any]) -> list[str]:
    """Names of the given fields by which a record may come to a status with a dialog."""
    path = here.resource.path
    if path is None or not any(ask.endpoint for ask in path.asks.values()):
        return []
    return [name for name in (path.field, *path.means) if name in raw]


def _endpoint(here: Here, stored: Stored | None, values: Mapping[str, Any]) -> str:
    path = here.resource.path
    assert path is not None
    was = stored.value(here.resource.field(path.field)) if stored else None
    now = _meaning(here, path, was)
    for meaning in (
        _meaning(here, path, values.get(path.field)),
        *(means.get(values.get(name)) for name, means in path.means.items() if name in values),
    ):
        ask = path.asks.get(meaning) if meaning and meaning != now else None
        if ask is not None and ask.endpoint:
            return ask.endpoint
    return ""


def _meaning(here: Here, path: Path, id: Any) -> str | None:
    item = here.formats.references.get(path.list, id)
    return item.meaning if item else None
