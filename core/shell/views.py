"""The frame's own addresses: counts, search, the navigation alone, theme and language."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Response, abort, g, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core.access.actor import ANONYMOUS, Actor
from core.access.models import User
from core.access.service import change_user
from core.access.web.gate import before_set_up
from core.db import db
from core.house import current_house
from core.i18n import LANGUAGES
from core.notifications.service import unread_count
from core.records.following import favourites_of
from core.resources.pages.here import go_back, is_htmx
from core.shell import blueprint
from core.shell.counts import count_text, counts_for
from core.shell.frame import frame_of_request, places_here
from core.shell.menu import menu_for
from core.shell.palette import find_everywhere

THEMES = ("light", "dark", "auto")
A_YEAR = 365 * 24 * 3600
LONGEST_SEARCH = 100


@blueprint.get("/counts")
def counts() -> str:
    """What of the navigation comes late: every number, and the favourites, as pieces that find their own place."""
    frame = frame_of_request()
    found = counts_for(db.session(), current_house(), _actor())
    shown = {
        entry.count_name: count_text(found[entry.count_name], frame.language)
        for group in frame.menu
        for entry in group.entries
        if entry.count_name in found
    }
    unread = unread_count(db.session(), _actor().user_id or 0)
    return render_template(
        "shell/counts.html",
        counts=shown,
        unread=unread,
        favourites=favourites_of(db.session(), current_house(), _actor()),
        root=request.script_root,
    )


@blueprint.get("/nav")
def nav() -> str:
    """The navigation alone; a page that switched an app asks for it, and says where it stands."""
    frame = frame_of_request()
    here = urlsplit(request.headers.get("HX-Current-URL", "")).path
    frame.menu = menu_for(places_here(), _actor(), here, frame.history)
    return render_template("ui/nav.html")


@blueprint.get("/search")
def search() -> str:
    """The palette's lines for `q`; without script a page of its own."""
    from core.admin.settings.catalogue import pages_for  # late: Settings draws its search with the palette

    text = " ".join(request.args.get("q", "")[:LONGEST_SEARCH].split())
    headings = find_everywhere(
        db.session(),
        current_house(),
        _actor(),
        text,
        frame_of_request().menu,
        pages_for(_actor()),
        request.script_root,
    )
    template = "shell/found.html" if is_htmx() else "shell/search.html"
    return render_template(template, headings=headings, text=text)


@blueprint.post("/theme")
@before_set_up
def choose_theme() -> AnyResponse:
    """Light, dark or like the system: kept with the person."""
    theme = request.form.get("theme", "")
    return _keep("theme", theme, THEMES, lambda session, user: change_user(session, user, theme=theme))


@blueprint.post("/language")
@blueprint.post("/language/<language>")
@before_set_up
def choose_language(language: str = "") -> AnyResponse:
    """The language of the pages: kept with the person, before signing in with the browser."""
    chosen = language or request.form.get("language", "")
    return _keep(
        "language",
        chosen,
        tuple(LANGUAGES),
        lambda session, user: change_user(session, user, language=chosen),
    )


def _keep(
    name: str, value: str, allowed: tuple[str, ...], change: Callable[[Session, User], None]
) -> AnyResponse:
    """Keep a choice with the person who is signed in, else in the browser."""
    if value not in allowed:
        abort(400)
    answer = _back()
    actor = _actor()
    if actor.user_id is None:
        answer.set_cookie(
            name, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
        return answer
    session = db.session()
    change(session, session.get_one(User, actor.user_id))
    session.commit()
    return answer


def _back() -> Response:
    """To the page one came from; a script only wants to know that it is done."""
    return make_response("", 204) if is_htmx() else make_response(go_back())


def _actor() -> Actor:
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor
