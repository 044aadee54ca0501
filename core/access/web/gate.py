"""The gate before every page: who asks, in whose name the session works, and whether they may come in at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import abort, current_app, g, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import ANONYMOUS, Actor, work_for
from core.access.service import actor_by_session_key, actor_by_token
from core.db import begin_reading, begin_writing, db
from core.house import current_house
from core.security import bearer, has_bearer, is_static, public
from core.settings import settings_of

View = TypeVar("View", bound=Callable[..., Any])

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
READY = "installation.ready"


def before_set_up(view: View) -> View:
    """A public view that also answers while the installation is not set up."""
    view.is_before_set_up = True  # type: ignore[attr-defined]
    return public(view)


def require(resource: str, action: str) -> Callable[[View], View]:
    """A view for those who may do `action` on at least some records of `resource`; others get the page 403."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not actor().may(resource, action):
                abort(403)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return wrap


def administrators_only(view: View) -> View:
    """A view for administrators; others get the page 403."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not actor().is_admin:
            abort(403)
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def fresh_only(view: View) -> View:
    """A view for who signed in lately; others prove first that it is still them."""
    from core.access.web.extension import is_fresh

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if is_fresh():
            return view(*args, **kwargs)
        here = request.full_path.rstrip("?") if request.method in SAFE_METHODS else _path_of_referrer()
        return redirect(url_for("access.confirm", next=here))

    return guarded  # type: ignore[return-value]


def actor() -> Actor:
    """Who this request is from."""
    found: Actor = g.actor
    return found


def open_request() -> ResponseReturnValue | None:
    """Know the person, bind the session to them, and answer at once where they may not come in."""
    if is_static():
        g.actor = ANONYMOUS
        return None
    if request.method in SAFE_METHODS:
        begin_reading()
    else:
        begin_writing()
    db.session.info["house"] = current_house()
    known = actor_by_token(db.session(), bearer()) if has_bearer() else _actor_of_cookie()
    g.actor = known or ANONYMOUS
    work_for(db.session(), g.actor)
    if known is None:
        g.company_language = settings_of(db.session())["company.language"]
    view = current_app.view_functions.get(request.endpoint or "")
    if not settings_of(db.session()).get(READY) and not getattr(view, "is_before_set_up", False):
        return _not_set_up()
    if view is None:
        return None  # 404 or 405 follow
    if known is None and not getattr(view, "is_public", False):
        return _sign_in_first()
    return None


def close_request(error: BaseException | None) -> None:
    """What this thread does next is not this request's writing."""
    begin_reading()


def _actor_of_cookie() -> Actor | None:
    key = session.get("_user_id")
    return actor_by_session_key(db.session(), key) if isinstance(key, str) else None


def _is_api() -> bool:
    return request.path.startswith("/api/")


def _not_set_up() -> ResponseReturnValue:
    if _is_api():
        return jsonify(error={"code": "not_set_up", "message": "The installation is not set up yet."}), 503
    return redirect(url_for("access.setup_needed"))


def _sign_in_first() -> ResponseReturnValue:
    if _is_api():
        answer = jsonify(
            error={"code": "unauthorized", "message": "Sign in, or send a token: Authorization: Bearer …"}
        )
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Prospecto"'
        return answer, 401
    here = request.full_path.rstrip("?") if request.method == "GET" else _path_of_referrer()
    target = url_for("access.sign_in_page") + (
        f"?{urlencode({'next': here})}" if here not in ("", "/") else ""
    )
    if "HX-Request" in request.headers:
        return "", 401, {"HX-Redirect": target}
    return redirect(target)


def _path_of_referrer() -> str:
    from core.security import safe_next

    prefix = request.host_url.rstrip("/")
    referrer = request.referrer or ""
    return safe_next(referrer.removeprefix(prefix)) if referrer.startswith(prefix + "/") else ""
