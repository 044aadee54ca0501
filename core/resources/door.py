"""What a plugin's own pages need of the request: the record it is about, the surroundings of a write, a word back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from core.i18n import Text
from core.resources.context import WriteContext

if TYPE_CHECKING:
    from core.fields import Formats
    from core.resources.pages.files import FileLine
    from core.resources.pages.forms import RecordForm
    from core.resources.pages.staged import Documents


def record_or_404(resource: str, id: int, action: str = "view") -> Any:
    """The record if the reader may do `action` on it; 404 where it is missing, another's, or its plugin is off."""
    from core.resources.pages.here import enter  # the pages themselves use this module

    return enter(resource, action).record(id, action).record


def page_context(resource: str) -> WriteContext:
    """The surroundings of a write from a page of this resource, in the reader's name."""
    from core.resources.pages.here import enter

    return enter(resource).writing("page")


def flash_toast(text: Text, tone: str = "ok", undo: str = "") -> None:
    """Say something on the next page; `tone` is ok, warn or bad, `undo` the address that takes it back by a POST."""
    category = "error" if tone == "bad" else tone
    message: Any = {"text": str(text), "undo_url": undo} if undo else str(text)
    flash(message, category)


def go_back() -> ResponseReturnValue:
    """Lead the reader back to the page of ours they came from; home where they came from none."""
    from core.resources.pages.here import go_back as back

    return back()


def go_on(resource: str, id: int) -> ResponseReturnValue:
    """Lead the reader on to a record's page, from a dialog as from a page."""
    from core.resources.pages.here import onward

    return onward(url_for("resources.record", resource=resource, id=id))


def inputs_of(
    resource: str,
    values: Mapping[str, Any],
    *,
    prefix: str,
    said: Mapping[str, Any] | None = None,
    problems: Mapping[str, Text] | None = None,
) -> RecordForm:
    """Inputs of these fields for a plugin's own form, `form[name]` each; their names begin with `prefix`.

    `said` is what was typed where that could not be read, `problems` what is wrong, by field.
    """
    from core.resources.pages.forms import form_of
    from core.resources.pages.here import enter

    form = form_of(enter(resource), list(values), values, fresh=True, prefix=prefix)
    for name, text in (said or {}).items():
        form[name].data = text
    for name, problem in (problems or {}).items():
        form[name].errors = [problem]
    return form


def sent_inputs(resource: str, names: Sequence[str], *, prefix: str) -> dict[str, Any]:
    """What such inputs brought, as typed, by field; of fields that people fill in only."""
    from core.resources.pages.forms import form_of, sent
    from core.resources.pages.here import enter

    here = enter(resource)
    asked = [name for name in names if here.resource.has_field(name) and here.resource.field(name).writable]
    return sent(here, form_of(here, asked, bound=True, prefix=prefix), asked)


def lead_to(address: str) -> ResponseReturnValue:
    """Lead the reader on to an address of ours, from a part of a page as from a page."""
    from core.resources.pages.here import onward

    return onward(address)


@dataclass(frozen=True)
class ChosenRows:
    """What was chosen in a list: its form's fields say it again on the way to the next page."""

    number: int
    ids: Sequence[int]
    fields: Sequence[tuple[str, str]]
    back: str
    """The address of the list as it was."""


def chosen_rows(resource: str, action: str = "edit") -> ChosenRows:
    """The rows that the request's form chose, for the page of a `BulkAction`; 404 without the right to `action`."""
    from core.resources.pages.chosen import chosen_ids, chosen_in
    from core.resources.pages.here import enter

    here = enter(resource, action)
    chosen = chosen_in(here)
    rows = [("all", "1")] if chosen.whole else [("id", str(id)) for id in chosen.ids]
    back = f"{here.address}?{chosen.query}" if chosen.query else here.address
    return ChosenRows(chosen.number, chosen_ids(here, chosen), (*rows, ("query", chosen.query)), back)


def ids_in_list(context: WriteContext, resource: str, query: str) -> list[int]:
    """The ids of all records that a list's query (`status=~open&q=caracas`) means to the context's person, in order."""
    from urllib.parse import parse_qs

    from core.resources.bulk import ids_of
    from core.resources.query import read_query

    declared = context.house.resources[resource]
    read = read_query(declared, parse_qs(query))
    return [
        id
        for batch in ids_of(context.session, declared, read, context.reading, context.actor)
        for id in batch
    ]


def settings_page(template: str, **values: Any) -> str:
    """A plugin's own page of Settings, with the left column; the template extends `settings/frame.html`."""
    from core.admin.settings.views import render

    return render(template, **values)


def sent_files(resource: str, id: int | None = None) -> Documents:
    """The files that a plugin's own form brings or names for a record of this resource, new or of this id.

    Those it brings are kept at once, so that nothing that goes wrong afterwards loses them. `save_files` puts them on
    the record; the form's lines are `resources/parts/staged.html`.
    """
    from core.resources.pages.here import enter
    from core.resources.pages.staged import documents_sent

    here = enter(resource)
    return documents_sent(here, here.record(id, "edit") if id is not None else None)


def save_files(resource: str, id: int, documents: Documents) -> str:
    """Put the files of a form on its record, and remove those that it drops; answers where that is taken back, or ''.

    The caller has checked that the person may change the record, or has just made it in their name, and commits.

    Raises:
        Refused: a file's name is none.
    """
    from core.resources.pages.here import enter
    from core.resources.pages.staged import save_documents

    here = enter(resource)
    return save_documents(here, here.record(id), documents)


def file_lines(
    session: Session, resource: str, ids: Collection[int], formats: Formats
) -> dict[int, list[FileLine]]:
    """{record's id: its files as lines}, in one query; the caller has checked that the reader may see the records."""
    from core.records.models import Attachment
    from core.resources.pages.files import lines_of

    rows = session.scalars(
        sa.select(Attachment)
        .where(Attachment.resource == resource, Attachment.record_id.in_(ids))
        .order_by(Attachment.id)
    ).all()
    found: dict[int, list[FileLine]] = {}
    for row, line in zip(rows, lines_of(rows, formats), strict=True):
        found.setdefault(row.record_id, []).append(line)
    return found


def change_here(resource: str, id: int, raw: Mapping[str, Any]) -> str:
    """Change a record as its own form would, and commit; answers where a POST takes it back, '' where nothing changed.

    Raises:
        NotValid, Refused, PluginError: nothing was written; the caller rolls back.
    """
    from core.resources.pages.here import enter
    from core.resources.pages.undoing import change_with_undo

    here = enter(resource, "edit")
    return change_with_undo(here, here.record(id, "edit"), raw, here.writing())


def delete_here(resource: str, id: int) -> str:
    """Delete a record as its own page would, and commit; answers where a POST brings it back.

    Raises:
        Refused, PluginError: it stays; the caller rolls back.
    """
    from core.records.undo import remember_deletion, undo_address
    from core.resources.pages.here import enter
    from core.resources.write import delete

    here = enter(resource, "delete")
    stored = here.record(id, "delete")
    undo = remember_deletion(here.session, here.actor, here.resource, [id])
    delete(here.resource, [stored.record], here.writing())
    here.session.commit()
    return undo_address(undo)
