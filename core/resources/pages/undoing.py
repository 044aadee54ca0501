"""What one press of “Undo” takes back: a change of one record that is remembered first, and the address behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.db import db
from core.house import current_house
from core.i18n import _, ngettext
from core.records.models import History
from core.records.undo import remember_change, undo, undo_address
from core.resources.context import Refused, WriteContext, write_context
from core.resources.door import flash_toast
from core.resources.pages.here import Here, go_back, is_htmx
from core.resources.read import Stored
from core.resources.write import check_draft, read_draft, write_drafts


def change_with_undo(here: Here, stored: Stored, raw: Mapping[str, Any], context: WriteContext) -> str:
    """Change a record and commit; answers where a POST takes it back, '' where nothing changed.

    A change that set off more than itself (a conversion) has another way back and is not offered here.

    Raises:
        NotValid, Refused, PluginError: nothing was written; the caller rolls back.
    """
    draft = read_draft(here.resource, raw, context, current=stored.record)
    check_draft(draft, context)
    before = stored.record.version
    changed = [
        name for name, value in draft.values.items() if stored.value(here.resource.field(name)) != value
    ]
    names = [*changed, *draft.children]
    remembered = remember_change(here.session, here.actor, here.resource, [stored], names, here.formats)
    write_drafts([draft], context)
    plain = stored.record.version == before + 1 and _last_deed(here, stored.id) == "changed"
    here.session.commit()
    return undo_address(remembered) if plain else ""


def take_back(undo_id: int) -> ResponseReturnValue:
    """POST: take back what this person just did; by script a word, else the page they came from."""
    session = db.session()
    actor = g.get("actor", ANONYMOUS)
    context = write_context(session, current_house(), actor, decimal=".", date_order="ymd")  # kept as JSON
    try:
        done = undo(session, undo_id, context)
        session.commit()
    except Refused as refused:
        session.rollback()
        return told_back(str(refused.message), "bad")
    if done.skipped and not done.done:
        return told_back(done.reason or _("Not taken back: it was changed again since."), "bad")
    text = _("Taken back.")
    if done.skipped:
        text += " " + ngettext(
            "%(num)d was changed since and stays.", "%(num)d were changed since and stay.", done.skipped
        )
    return told_back(text, "ok")


def told_back(text: str, tone: str = "ok", onto: str = "") -> ResponseReturnValue:
    """What came of taking something back: by script a word, and the page anew; else on to an address, or back."""
    flash_toast(text, tone)
    if is_htmx() or request.headers.get("X-Requested-With") == "fetch":
        return jsonify(text=text), 200, {"HX-Refresh": "true"}
    return redirect(onto) if onto else go_back()


def _last_deed(here: Here, id: int) -> str | None:
    return here.session.scalar(
        sa.select(History.action)
        .where(History.resource == here.resource.name, History.record_id == id)
        .order_by(History.id.desc())
        .limit(1)
    )
