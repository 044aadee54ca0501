"""The pages that the host makes of every resource: list, record, form, bulk, files, saved views."""

from __future__ import annotations

from flask import Blueprint

from core.house import House
from core.resources.board import views as board
from core.resources.pages import (
    access,
    bulk,
    cells,
    child_rows,
    choosing,
    editing,
    emptied,
    exporting,
    files,
    finding,
    following,
    inline,
    listing,
    looks,
    pressing,
    record,
    saved,
    sharing,
    staged,
    undoing,
)


def pages_of(house: House) -> Blueprint:
    """The pages of all resources of a house, at `/<resource>`; what is off is not there."""
    blueprint = Blueprint("resources", __name__)
    blueprint.add_url_rule("/undo/<int:undo_id>", "undo", undoing.take_back, methods=["POST"])
    blueprint.add_url_rule("/exports/<int:job_id>", "exported", exporting.exported)
    if house.resources:
        at = f"/<any({', '.join(map(repr, house.resources))}):resource>"
        for part in (
            listing,
            cells,
            board,
            editing,
            record,
            child_rows,
            pressing,
            inline,
            files,
            staged,
            saved,
            bulk,
            exporting,
            finding,
            emptied,
            choosing,
            following,
            sharing,
            access,
        ):
            part.add_routes(blueprint, at)
        looks.add_routes(blueprint, house)
    return blueprint
