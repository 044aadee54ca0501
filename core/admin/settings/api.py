"""Reference lists for programs: the ids and names that the API's fields take."""

from __future__ import annotations

from typing import Any

from flask import abort

from core.admin.settings import blueprint
from core.db import db
from core.house import current_house
from core.references import references_of


@blueprint.get("/api/v1/lists/<name>")
def list_values(name: str) -> dict[str, Any]:
    """The values of a list in its order, for whoever is signed in or brings a token."""
    if name not in current_house().lists:
        abort(404)
    items = references_of(db.session(), current_house()).items(name)
    return {
        "items": [
            {
                "id": item.id,
                "name": item.name,
                "meaning": item.meaning,
                "hue": item.hue,
                "default": item.is_default,
            }
            for item in items
        ]
    }
