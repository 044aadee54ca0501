"""The files of a record: brought, taken, looked at, named anew, removed. Only pictures and PDF are ever opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from core.fields import Date, Formats
from core.i18n import _, ngettext
from core.records.attachments import attach, attachment_of, path_of, rename
from core.records.history import note
from core.records.models import Attachment
from core.records.previews import PDF, icon_of, offered_as, seen_as
from core.records.undo import remember_files, undo_address
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.read import Stored

MOST = 20
CLOSED = "sandbox; default-src 'none'"
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
"""The browser's own viewer does not work in a sandbox; it runs nothing of ours, whatever the file holds."""


def add_routes(blueprint: Blueprint, at: str) -> None:
    one = f"{at}/<int:id>/files/<int:file_id>"
    blueprint.add_url_rule(f"{at}/<int:id>/files", "add_files", add, methods=["POST"])
    blueprint.add_url_rule(one, "file", download)
    blueprint.add_url_rule(f"{one}/view", "view_file", view)
    blueprint.add_url_rule(f"{one}/preview", "preview_file", preview)
    blueprint.add_url_rule(f"{one}/rename", "rename_file", change_name, methods=["POST"])
    blueprint.add_url_rule(f"{one}/delete", "remove_file", remove, methods=["POST"])


@dataclass(frozen=True)
class FileLine:
    """A file as a line of the card shows it."""

    id: int
    name: str
    stem: str
    ending: str
    size: int
    day: str
    icon: str
    look: str
    """`picture` or `pdf` where it can be looked at, else ''."""


def lines_of(attachments: Iterable[Attachment], formats: Formats) -> list[FileLine]:
    """The lines of these files."""
    found = []
    for each in attachments:
        stem, dot, ending = each.name.rpartition(".")
        kind = offered_as(each)
        look = "pdf" if kind == PDF else "picture" if kind else ""
        day = Date().text(each.uploaded_at.astimezone(formats.zone).date(), formats)
        found.append(
            FileLine(
                each.id,
                each.name,
                stem or each.name,
                ending.lower() if dot and stem else "",
                each.size,
                day,
                icon_of(each),
                look,
            )
        )
    return found


def add(resource: str, id: int) -> ResponseReturnValue:
    """Keep the uploaded files; those that cannot be kept are named, the others stay."""
    here = enter(resource, "edit")
    stored = here.record(id, "edit")
    kept = keep(here, stored, request.files.getlist("file"))
    here.session.commit()
    if kept:
        flash_toast(ngettext("%(num)d file was added.", "%(num)d files were added.", len(kept)))
    return onward(f"{here.address_of(id)}#files")


def keep(here: Here, stored: Stored, uploads: Sequence[FileStorage]) -> list[Attachment]:
    """Put uploads on a record and tell its history; what is refused is said on the next page. The caller commits."""
    kept = []
    for upload in uploads[:MOST]:
        if not upload.filename:
            continue
        try:
            kept.append(
                attach(
                    here.session,
                    here.house.config,
                    here.resource.name,
                    stored.id,
                    name=upload.filename,
                    media_type=upload.mimetype,
                    content=upload.stream,
                    uploaded_by_id=here.actor.user_id,
                )
            )
        except Refused as refused:
            flash_toast(_("%(name)s: %(text)s", name=upload.filename, text=refused.message), tone="bad")
    tell(here, stored, "file_added", kept)
    return kept


def tell(here: Here, stored: Stored, action: str, files: Sequence[Attachment]) -> None:
    """One line in the record's history for all these files."""
    if files:
        names = ", ".join(each.name for each in files)
        note(here.session, here.writing(), here.resource, stored.record, action, {"file": [None, names]})


def take_away(here: Here, stored: Stored, files: Sequence[Attachment]) -> str:
    """Remove files of a record; answers where that is taken back. The caller commits.

    Their bytes go with a later sweep, when nothing can bring them back any more.
    """
    undo = remember_files(here.session, here.actor, here.resource, stored.id, files)
    tell(here, stored, "file_removed", files)
    for each in files:
        here.session.delete(each)
    return undo_address(undo)


def download(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    found, here = _found(resource, id, file_id)
    return _sent(here, found, "application/octet-stream", CLOSED, attached=True)


def view(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    """The file as the browser shows it, if its bytes are of a kind that is safe to show; else it is downloaded."""
    found, here = _found(resource, id, file_id)
    kind = seen_as(path_of(here.house.config, found))
    if not kind:
        return _sent(here, found, "application/octet-stream", CLOSED, attached=True)
    return _sent(here, found, kind, PDF_POLICY if kind == PDF else CLOSED, attached=False)


def preview(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    """A picture in a dialog, or on a page of its own."""
    found, here = _found(resource, id, file_id)
    if not offered_as(found) or offered_as(found) == PDF:
        return onward(f"{here.address_of(id)}/files/{file_id}/view")
    return render_template(
        "resources/preview.html" if is_htmx() else "resources/preview_page.html",
        file=found,
        address=f"{here.address_of(id)}/files/{file_id}",
        back=f"{here.address_of(id)}#files",
    )


def change_name(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    found, here = _found(resource, id, file_id, "edit")
    try:
        rename(found, request.form.get("name", ""))
        here.session.commit()
    except Refused as refused:
        here.session.rollback()
        flash_toast(refused.message, tone="bad")
    return onward(f"{here.address_of(id)}#files")


def remove(resource: str, id: int, file_id: int) -> ResponseReturnValue:
    found, here = _found(resource, id, file_id, "edit")
    name = found.name
    undo = take_away(here, here.record(id, "edit"), [found])
    here.session.commit()
    flash_toast(_("“%(file)s” was deleted.", file=name), undo=undo)
    return onward(f"{here.address_of(id)}#files")


def _found(resource: str, id: int, file_id: int, action: str = "view") -> tuple[Attachment, Here]:
    """The file, looked up through its record, so that another record's address does not lead to it."""
    here = enter(resource, action)
    here.record(id, action)
    found = attachment_of(here.session, here.resource.name, id, file_id)
    if found is None or not path_of(here.house.config, found).is_file():
        abort(404)
    return found, here


def _sent(here: Here, found: Attachment, kind: str, policy: str, *, attached: bool) -> Response:
    answer = send_file(
        path_of(here.house.config, found),
        mimetype=kind,
        as_attachment=attached,
        download_name=found.name,
        etag=found.sha256,
        max_age=0,
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
