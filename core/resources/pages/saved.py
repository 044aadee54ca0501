"""Keeping, changing and removing saved views."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from core.i18n import _
from core.records.views import delete_view, save_view, update_view
from core.resources.context import Refused
from core.resources.door import flash_toast
from core.resources.pages.here import Here, enter, is_htmx, onward
from core.resources.pages.tabs import query_of


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(f"{at}/views/new", "new_view", new, methods=["GET", "POST"])
    blueprint.add_url_rule(f"{at}/views/<int:id>", "update_view", update, methods=["POST"])
    blueprint.add_url_rule(f"{at}/views/<int:id>/delete", "delete_view", delete, methods=["POST"])


def new(resource: str) -> ResponseReturnValue:
    """GET: ask for a name; POST: keep the view under it."""
    here = enter(resource)
    if request.method == "GET":
        return _ask(here, request.query_string.decode("utf-8", "replace"))
    query = _clean(here, request.form.get("query", ""))
    try:
        id = save_view(
            here.session,
            here.resource.name,
            _user(here),
            request.form.get("name", ""),
            query,
            shared=request.form.get("shared") == "y",
        )
        here.session.commit()
    except Refused as refused:
        here.session.rollback()
        return _ask(here, query, str(refused.message)), 422
    return onward(f"{here.address}?view=s{id}&{query}")


def update(resource: str, id: int) -> ResponseReturnValue:
    """Give a view the filters, order and columns that the list has now."""
    here = enter(resource)
    query = _clean(here, request.form.get("query", ""))
    if not update_view(here.session, id, _user(here), query):
        abort(404)
    here.session.commit()
    flash_toast(_("The view was saved."))
    return onward(f"{here.address}?view=s{id}&{query}")


def delete(resource: str, id: int) -> ResponseReturnValue:
    here = enter(resource)
    if not delete_view(here.session, id, _user(here)):
        abort(404)
    here.session.commit()
    flash_toast(_("The view was deleted."))
    return onward(here.address)


def _ask(here: Here, query: str, problem: str = "") -> str:
    template = "resources/view.html" if is_htmx() else "resources/view_page.html"
    return render_template(
        template,
        here=here,
        resource=here.resource,
        query=_clean(here, query),
        problem=problem,
        name=request.form.get("name", ""),
    )


def _clean(here: Here, text: str) -> str:
    """Only what means something to this list."""
    return urlencode(query_of(here, text).arguments())


def _user(here: Here) -> int:
    if here.actor.user_id is None:
        abort(403)
    return here.actor.user_id
