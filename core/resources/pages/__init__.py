"""The pages that the host makes of every resource: list, record, form, bulk, files, saved views."""

from __future__ import annotations

from flask import Blueprint

from core.house import House
from core.resources.pages import bulk, editing, files, inline, listing, record, saved, undoing


def pages_of(house: House) -> Blueprint:
    """The pages of all resources of a house, at `/<resource>`; what is off is not there."""
    blueprint = Blueprint("resources", __name__)
    blueprint.add_url_rule("/undo/<int:undo_id>", "undo", undoing.take_back, methods=["POST"])
    if house.resources:
        at = f"/<any({', '.join(map(repr, house.resources))}):resource>"
        for part in (listing, editing, record, inline, files, saved, bulk):
            part.add_routes(blueprint, at)
    return blueprint
