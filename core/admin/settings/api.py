"""Reference lists for programs: the ids and names that the API's fields take."""

from __future__ import annotations

from typing import Any

from flask import abort, g

from core.admin.settings import blueprint
from core.db import db
from core.formats import reading_for
from core.house import current_house


@blueprint.get("/api/v1/lists/<name>")
def list_values(name: str) -> dict[str, Any]:
    """The values of a list in its order, for whoever is signed in or brings a token."""
    if name not in current_house().lists:
        abort(404)
    declared = current_house().lists[name]
    formats = reading_for(db.session(), g.actor).formats
    return {
        "items": [
            {
                "id": item.id,
                "name": item.name,
                "meaning": item.meaning,
                "hue": item.hue,
                "default": item.is_default,
                **{
                    each.name: each.kind.json(item.about.get(each.name), formats) for each in declared.columns
                },
            }
            for item in formats.references.items(name)
        ]
    }
