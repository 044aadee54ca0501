"""Imports by the API: a file is sent with what is to be made of it; large ones go on in the background."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from core.i18n import _
from core.imports import jobs
from core.imports.error_file import bad_rows
from core.imports.models import ON_DUPLICATE, SKIP, UNDOING, UNDONE, ImportRun
from core.imports.plan import named_mapping, set_choices
from core.imports.touched import preview_undo
from core.imports.undo import undone_so_far
from core.imports.uploads import new_place, new_run, understand
from core.imports.web.own import OwnImport, own
from core.resources.closing import require_open
from core.resources.context import Problem
from core.resources.pages.here import Here, enter
from core.rest.answers import ApiError, answered, not_valid
from core.tabular import TableError

AT = "/api/v1/imports"
TOLD = 200


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule(AT, "create", answered(create), methods=["POST"])
    blueprint.add_url_rule(f"{AT}/<int:id>", "read", answered(read))
    blueprint.add_url_rule(f"{AT}/<int:id>/undo", "preview", answered(preview))
    blueprint.add_url_rule(f"{AT}/<int:id>/undo", "undo_by_api", answered(undo), methods=["POST"])
    blueprint.add_url_rule(
        f"{AT}/<int:id>/<any(pause, resume):deed>", "steer", answered(steer), methods=["POST"]
    )


def create() -> Response:
    """A multipart form: `file`, `resource`, and as one likes `on_duplicate`, `mapping`, `keys`, `constants`, `encoding`, `separator`, `dry_run`."""
    here = enter(request.form.get("resource", ""), "import")
    if here.actor.read_only:
        raise ApiError(403, "forbidden", _("This key may only read."))
    require_open(here.session, here.resource)
    file = request.files.get("file")
    on_duplicate = request.form.get("on_duplicate", SKIP)
    if file is None or not file.filename:
        raise not_valid([Problem("file", _("Send the file as the part “file” of a form."), "required")])
    if on_duplicate not in ON_DUPLICATE:
        raise not_valid(
            [Problem("on_duplicate", _("Duplicates can be: %(known)s.", known=", ".join(ON_DUPLICATE)))]
        )
    dry = request.form.get("dry_run", "").lower() in ("1", "true", "yes")
    wanted = _object_in("mapping")
    _object_in("constants")
    place = new_place(here.house.config)
    file.save(place)
    place.chmod(0o600)
    try:
        run = _begin(here, place.name, PurePath(file.filename.replace("\\", "/")).name, on_duplicate, wanted)
        is_done = jobs.start(here.session, here.house, here.actor, run, dry=dry)
    except TableError as error:
        place.unlink(missing_ok=True)
        raise not_valid([Problem("file", error.message(), error.code)]) from None
    except ApiError:
        place.unlink(missing_ok=True)
        raise
    answer = jsonify(_told(OwnImport(run, here)))
    answer.status_code = 201 if is_done else 202
    answer.headers["Location"] = url_for("imports.read", id=run.id)
    return answer


def read(id: int) -> Response:
    """How an import stands, with the first of its bad rows."""
    return jsonify(_told(own(id)))


def preview(id: int) -> Response:
    """What taking an import back would remove and put back, and the records touched since."""
    step = own(id)
    return jsonify(preview_undo(step.here.session, step.here.house, step.run, step.here.formats).as_json())


def undo(id: int) -> Response:
    """Take an import back: at once (200), or in the background (202)."""
    step = _writable(id)
    here = step.here
    is_done = jobs.start_undo(here.session, here.house, here.actor, step.run)
    answer = jsonify(_told(step))
    answer.status_code = 200 if is_done else 202
    return answer


def steer(id: int, deed: str) -> Response:
    """Let an import at work rest, or a resting or cut-off one go on."""
    step = _writable(id)
    here = step.here
    if deed == "pause":
        jobs.rest(here.session, step.run)
        here.session.commit()
    else:
        jobs.go_on(here.session, here.house, here.actor, step.run)
    return jsonify(_told(step))


def _writable(id: int) -> OwnImport:
    step = own(id)
    if step.here.actor.read_only:
        raise ApiError(403, "forbidden", _("This key may only read."))
    return step


def _begin(
    here: Here, stored: str, filename: str, on_duplicate: str, wanted: Mapping[str, str] | None
) -> ImportRun:
    place = here.house.config.instance / "imports" / stored
    facts = {
        name: request.form.get(name) for name in ("encoding", "separator", "sheet", "decimal", "date_order")
    }
    opened = understand(here.session, here.actor, here.resource, place, filename, wanted=facts)
    run = new_run(
        here.session,
        here.house,
        here.actor,
        here.resource,
        place,
        filename,
        opened,
        on_duplicate=on_duplicate,
    )
    if wanted is not None:
        try:
            chosen = named_mapping(here.resource, opened.table.headers, wanted)
        except LookupError as error:
            raise not_valid([Problem("mapping", str(error.args[0]))]) from None
        run.mapping = {str(column): name for column, name in chosen.items()}
        run.constants = {name: value for name, value in run.constants.items() if name not in chosen.values()}
    keys = [name.strip() for name in request.form.get("keys", "").split(",") if name.strip()] or None
    for part, given, constants in (("keys", keys, None), ("constants", None, _object_in("constants"))):
        try:
            set_choices(run, here.resource, given, constants)
        except LookupError as error:
            raise not_valid([Problem(part, str(error.args[0]))]) from None
    return run


def _object_in(part: str) -> Mapping[str, str] | None:
    """The JSON object of texts in a part of the form, None where it is not there."""
    text = request.form.get(part)
    if not text:
        return None
    try:
        wanted = json.loads(text)
    except (ValueError, RecursionError):
        wanted = None
    if not isinstance(wanted, dict) or not all(isinstance(value, str) for value in wanted.values()):
        raise not_valid([Problem(part, _("This must be a JSON object: name to text."))])
    return wanted


def _told(step: OwnImport) -> dict[str, Any]:
    run, job = step.run, step.job
    bad = islice(bad_rows(step.here.session, run.id), TOLD)
    return {
        "id": run.id,
        "resource": run.resource,
        "filename": run.filename,
        "state": run.state,
        "counts": run.counts or None,
        "checked": run.checked or None,
        "undone": asdict(undone_so_far(step.here.session, run.id))
        if run.state in (UNDOING, UNDONE)
        else None,
        "undone_at": run.undone_at.isoformat() if run.undone_at else None,
        "job": {"id": job.id, "status": job.status} if job is not None else None,
        "errors": [
            {
                "row": row.row,
                "problems": [{"field": name, "message": message} for name, message in row.problems or ()],
            }
            for row in bad
        ],
    }
