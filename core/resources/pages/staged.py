"""Documents in a form: files wait from the moment they are chosen, and go onto the record when it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from core.records.attachments import attachments_of, rename
from core.records.models import Attachment
from core.records.staging import adopt, stage, staged_of
from core.resources.context import Refused
from core.resources.pages.files import FileLine, lines_of, take_away, tell
from core.resources.pages.here import Here, enter
from core.resources.read import Stored

MOST = 20
"""Files of one request."""


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/uploads", "stage_files", upload, methods=["POST"])


@dataclass
class Documents:
    """The files of a form: those that wait, under the names they shall have, and those that the record has."""

    waiting: list[FileLine]
    names: dict[int, str]
    """What is typed as the name of each, waiting or not."""
    kept: list[FileLine] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)
    """Those of the record that shall go."""
    problems: list[str] = field(default_factory=list)


def upload(resource: str) -> ResponseReturnValue:
    """POST: keep the files and answer their lines for the form."""
    here = enter(resource)
    if not (here.may("create") or here.may("edit")):
        abort(403)
    brought, problems = _staged(here, request.files.getlist("file"))
    lines = lines_of(brought, here.formats)
    documents = Documents(lines, {line.id: line.name for line in lines}, problems=problems)
    return render_template(
        "resources/parts/staged.html", documents=documents, here=here, formats=here.formats
    )


def documents_of(here: Here, stored: Stored | None) -> Documents:
    """The files of a form that is opened."""
    kept = lines_of(_attachments(here, stored), here.formats)
    return Documents([], {line.id: line.name for line in kept}, kept)


def documents_sent(here: Here, stored: Stored | None) -> Documents:
    """The files that the request brings or names; new ones are kept at once, so that nothing that follows loses them."""
    brought, problems = _staged(here, request.files.getlist("files"))
    ids = [int(id) for id in request.form.getlist("staged") if id.isdecimal() and len(id) < 19]
    gone = request.form.get("unstage")
    user_id = here.actor.user_id
    known = staged_of(here.session, user_id, [id for id in ids if str(id) != gone]) if user_id else []
    waiting = lines_of([*known, *(each for each in brought if each.id not in ids)], here.formats)
    kept = lines_of(_attachments(here, stored), here.formats)
    names = {line.id: request.form.get(f"file-{line.id}", line.name) for line in (*waiting, *kept)}
    dropped = {line.id for line in kept if str(line.id) in request.form.getlist("drop-file")}
    return Documents(waiting, names, kept, dropped, problems)


def save_documents(here: Here, stored: Stored, documents: Documents) -> str:
    """Put the waiting files on the record, name and remove the others as the form says. The caller commits.

    Answers where the removal is taken back, '' where nothing was removed.

    Raises:
        Refused: a name is none.
    """
    if here.actor.user_id is not None and documents.waiting:
        names = {line.id: documents.names[line.id] for line in documents.waiting}
        tell(
            here,
            stored,
            "file_added",
            adopt(here.session, here.actor.user_id, names, here.resource.name, stored.id),
        )
    dropped = []
    for each in _attachments(here, stored):
        if each.id in documents.dropped:
            dropped.append(each)
        elif documents.names.get(each.id, each.name) != each.name:
            rename(each, documents.names[each.id])
    return take_away(here, stored, dropped) if dropped else ""


def _staged(here: Here, uploads: Sequence[FileStorage]) -> tuple[list[Attachment], list[str]]:
    """Keep uploads for this person; what could not be kept is told."""
    found: list[Attachment] = []
    problems: list[str] = []
    for each in uploads[:MOST]:
        if not each.filename or here.actor.user_id is None:
            continue
        try:
            found.append(
                stage(
                    here.session,
                    here.house.config,
                    here.actor.user_id,
                    name=each.filename,
                    media_type=each.mimetype,
                    content=each.stream,
                )
            )
        except Refused as refused:
            problems.append(f"{each.filename}: {refused.message}")
    if found:
        here.session.commit()
    return found, problems


def _attachments(here: Here, stored: Stored | None) -> Sequence[Attachment]:
    return attachments_of(here.session, here.resource.name, stored.id) if stored else ()
