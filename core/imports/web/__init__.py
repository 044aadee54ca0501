"""The pages and the API by which files come in."""

from __future__ import annotations

from flask import Blueprint, Flask, request, session

from core.house import House
from core.imports import jobs
from core.imports.web import api, columns, result, review, undo, upload
from core.security import has_bearer
from core.tabular import LIMITS

FORM_BYTES = 1024**2
"""What a form holds besides its file."""

UPLOADS = ("imports.upload", "imports.create")


def set_up(app: Flask, house: House) -> None:
    """Add the steps of an import at `/<resource>/import` and `/imports/<id>`, and their jobs."""
    app.register_blueprint(_blueprint(house))
    for job in (jobs.IMPORT, jobs.CHECK, jobs.UNDO, jobs.CLEAR):
        house.jobs[job.name] = job
    # before anything else looks at the form and so reads it
    app.before_request_funcs.setdefault(None, []).insert(0, _let_in_large_files)


def _blueprint(house: House) -> Blueprint:
    blueprint = Blueprint("imports", __name__)
    if house.resources:
        at = f"/<any({', '.join(map(repr, house.resources))}):resource>/import"
        upload.add_routes(blueprint, at)
    for part in (columns, review, result, undo):
        part.add_routes(blueprint, "/imports/<int:id>")
    api.add_routes(blueprint)
    return blueprint


def _let_in_large_files() -> None:
    """Files to import may be larger than other uploads, for who is signed in."""
    if request.endpoint in UPLOADS and ("_user_id" in session or has_bearer()):
        request.max_content_length = max(LIMITS.csv_bytes, LIMITS.xlsx_bytes) + FORM_BYTES
