"""The files of a record: brought, taken, named anew, removed. A download is never opened in the page's own name."""

from __future__ import annotations

from flask import Blueprint, abort, request, send_file
from flask.typing import ResponseReturnValue

from core.i18n import _, ngettext
from core.records.attachments import attach, attachment_of, path_of, rename
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import enter, onward

MOST = 20


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/<int:id>/files", "add_files", add, methods=["POST"])
    blueprint.add_url_rule(f"{at}/<int:id>/files/<int:file_id>", "file", download)
    blueprint.add_url_rule(
        f"{at}/<int:id>/files/<int:file_id>/rename", "rename_file", change_name, methods=["POST"]
    )
    blueprint.add_url_rule(
        f"{at}/<int:id>/files/<int:file_id>/delete", "remove_file", remove, methods=["POST"]
    )


def add(resource: str, id: int) -> ResponseReturnValue:
    """Keep the uploaded files; those that cannot be kept are named, the others stay."""
    here = enter(resource, "edit")
    here.record(id, "edit")
    kept = 0
    for upload in request.files.getlist("file")[:MOST]:
        if not upload.filename:
            continue
        try:
            attach(
                here.session,
                here.house.config,
                here.resource.name,
                id,
                name=upload.filename,
                media_type=upload.mimetype,
                content=upload.stream,
                uploaded_by_id=here.actor.user_id,
            )
            kept += 1
        except Refused as refused:
            flash_toast(_("%(name)s: %(text)s", name=upload.filename, text=refused.message), tone="bad")
    here.session.commit()
    if kept:
        flash_toast(ngettext("%(num)d file was added.", "%(num)d files were added.", kept))
    return onward(f"{here.address_of(id)}#files")


def download(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    here = enter(resource)
    here.record(id)
    found = attachment_of(here.session, here.resource.name, id, file_id)
    if found is None or not path_of(here.house.config, found).is_file():
        abort(404)
    answer = send_file(
        path_of(here.house.config, found),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.name,
        etag=found.sha256,
        max_age=0,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def change_name(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    here = enter(resource, "edit")
    here.record(id, "edit")
    found = attachment_of(here.session, here.resource.name, id, file_id)
    if found is None:
        abort(404)
    try:
        rename(found, request.form.get("name", ""))
        here.session.commit()
    except Refused as refused:
        here.session.rollback()
        flash_toast(refused.message, tone="bad")
    return onward(f"{here.address_of(id)}#files")


def remove(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    """Remove the row; its bytes go with the next sweep, when nothing can bring them back any more."""
    here = enter(resource, "edit")
    here.record(id, "edit")
    found = attachment_of(here.session, here.resource.name, id, file_id)
    if found is None:
        abort(404)
    name = found.name
    here.session.delete(found)
    here.session.commit()
    flash_toast(_("“%(file)s” was deleted.", file=name))
    return onward(f"{here.address_of(id)}#files")
