"""The first step: a file is chosen or dropped, looked at, and kept only if it is a table."""

from __future__ import annotations

from pathlib import PurePath

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from core.fields import DateTime
from core.i18n import LANGUAGES, Text, _
from core.imports.models import ImportRun
from core.imports.template import write_template
from core.imports.uploads import new_place, new_run, understand
from core.resources.door import flash_toast
from core.resources.pages.here import Here, enter
from core.tabular import LIMITS, TableError

LAST = 5
_MOMENT = DateTime()


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(at, "upload", upload, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/template.<any(xlsx, csv):format>", "template", template)


def upload(resource: str) -> ResponseReturnValue:
    here = enter(resource, "import")
    if here.closed:
        flash_toast(here.closed, tone="warn")
        return redirect(here.address)
    if request.method == "GET":
        return _page(here)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(here, _("Choose a file first.")), 422
    place = new_place(here.house.config)
    file.save(place)
    place.chmod(0o600)
    filename = PurePath(file.filename.replace("\\", "/")).name
    try:
        opened = understand(here.session, here.actor, here.resource, place, filename)
        run = new_run(here.session, here.house, here.actor, here.resource, place, filename, opened)
        here.session.commit()
    except TableError as error:
        place.unlink(missing_ok=True)
        return _page(here, error.message(), filename), 422
    return redirect(url_for("imports.columns", id=run.id))


def template(resource: str, format: str) -> ResponseReturnValue:
    """The file to fill in, with headers in the language that was asked for, else the reader's."""
    here = enter(resource, "import")
    language = request.args.get("language", here.formats.language)
    if format not in ("xlsx", "csv") or language not in LANGUAGES:
        abort(404)
    content = write_template(here.resource, here.formats, "csv" if format == "csv" else "xlsx", language)
    mimetype = (
        "text/csv" if format == "csv" else "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer = Response(content, mimetype=mimetype)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{resource}-{language}.{format}")
    return answer


def _page(here: Here, problem: Text = "", filename: str = "") -> str:
    mine = (
        select(ImportRun)
        .where(ImportRun.resource == here.resource.name, ImportRun.user_id == here.actor.user_id)
        .order_by(ImportRun.id.desc())
        .limit(LAST)
    )
    return render_template(
        "imports/upload.html",
        here=here,
        problem=problem,
        filename=filename,
        languages=LANGUAGES,
        last=here.session.scalars(mine).all(),
        moment=lambda at: _MOMENT.text(at, here.formats),
        csv_limit=LIMITS.csv_bytes // 1024**2,
        xlsx_limit=LIMITS.xlsx_bytes // 1024**2,
    )
