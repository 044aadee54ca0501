"""The address behind “Undo”."""

from __future__ import annotations

from flask import g, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS
from core.db import db
from core.house import current_house
from core.i18n import _, ngettext
from core.records.undo import undo
from core.resources.context import Refused, write_context
from core.resources.door import flash_toast
from core.resources.pages.here import is_htmx


def take_back(undo_id: int) -> ResponseReturnValue:
    """POST: take back what this person just did; by script a word, else the page they came from."""
    session = db.session()
    context = write_context(session, current_house(), g.get("actor", ANONYMOUS))
    try:
        done = undo(session, undo_id, context)
        session.commit()
    except Refused as refused:
        session.rollback()
        return _answer(str(refused.message), "bad")
    text = _("Taken back.")
    if done.skipped:
        text += " " + ngettext(
            "%(num)d was changed since and stays.", "%(num)d were changed since and stay.", done.skipped
        )
    return _answer(text, "ok")


def _answer(text: str, tone: str) -> ResponseReturnValue:
    flash_toast(text, tone)
    if is_htmx() or request.headers.get("X-Requested-With") == "fetch":
        return jsonify(text=text), 200, {"HX-Refresh": "true"}
    own = request.host_url.rstrip("/")
    back = request.referrer or ""
    return redirect(back if back.startswith(f"{own}/") else f"{request.script_root}/")
