"""A deed of a page: done and committed, or refused and taken back; the page that follows says which."""

from __future__ import annotations

from collections.abc import Callable

from flask import url_for
from flask.typing import ResponseReturnValue

from core.db import db
from core.i18n import Text
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import onward


def done(deed: Callable[[], None], said: Text, undo: str = "") -> ResponseReturnValue:
    """Do it, commit it, and go back to the page, which says so; a refusal takes everything back."""
    try:
        deed()
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        flash_toast(refused.message, tone="bad")
        return onward(url_for("assignment.page"))
    flash_toast(said, undo=undo)
    return onward(url_for("assignment.page"))


def nothing(_made: object) -> None:
    """What was made is not needed any more."""
