"""The list drawn in a plugin's own way, as its resource declares it (`looks`), under the views and filters of the list."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from core.house import House
from core.i18n import _
from core.resources.declare import Look
from core.resources.listed import Listed
from core.resources.pages.frame import frame_of
from core.resources.pages.here import Here, arguments, enter, is_htmx
from core.resources.query import ListQuery, read_query


def add_routes(blueprint: Blueprint, house: House) -> None:
    """Each look at its own address; what is off is not there."""
    for resource in house.resources.values():
        for look in (each for each in resource.looks if each.html is not None):
            at, given = f"/{resource.name}/{look.name}", {"resource": resource.name, "look": look.name}
            blueprint.add_url_rule(at, f"look-{resource.name}-{look.name}", show, defaults=given)


def show(resource: str, look: str) -> ResponseReturnValue:
    """The page, or for htmx what changed of it."""
    here = enter(resource, "view", look)
    declared = next((each for each in here.resource.looks if each.name == look), None)
    if declared is None:
        abort(404)
    query = read_query(here.resource, arguments())
    seen = {**frame_of(here, query), "drawn": _drawn(here, declared, query), "look": declared}
    seen["counts_url"] = (
        f"{here.address}/summary?{urlencode([*query.arguments(), ('tabs', '1'), ('bare', '1')])}"
    )
    if not is_htmx() or request.headers.get("HX-Boosted") == "true":
        return render_template("resources/look.html", **seen)
    is_typing = request.headers.get("HX-Trigger-Name") == "q"
    answer = make_response(render_template("resources/look_swap.html", typing=is_typing, **seen))
    kept = seen["kept"]
    answer.headers["HX-Push-Url"] = f"{here.list_address}?{urlencode(kept)}" if kept else here.list_address
    answer.headers["Vary"] = "HX-Request"
    return answer


def listed(here: Here, query: ListQuery) -> Listed:
    """The list of a request as its looks read it."""
    return Listed(here.session, here.resource, query, here.reading, here.actor, here.address)


def _drawn(here: Here, look: Look, query: ListQuery) -> Markup:
    assert look.html is not None
    try:
        return escape(look.html(listed(here, query)))
    except Exception as error:  # the guard around a plugin
        here.house.hooks.failed(
            here.house.plugin_behind(look.html, here.resource.plugin), f"look {look.name}", error
        )
        return Markup('<p class="rows-none">{}</p>').format(_("This could not be shown."))
