"""What a plugin's own pages need of the request: the record it is about, the surroundings of a write, a word back."""

from __future__ import annotations

from typing import Any

from flask import flash, url_for
from flask.typing import ResponseReturnValue

from core.i18n import Text
from core.resources.context import WriteContext


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


def go_on(resource: str, id: int) -> ResponseReturnValue:
    """Lead the reader on to a record's page, from a dialog as from a page."""
    from core.resources.pages.here import onward

    return onward(url_for("resources.record", resource=resource, id=id))
