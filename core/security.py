"""What every answer carries for the browser's protection, the check against forged forms, and safe ways onward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from core.house import House

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
A_YEAR = 365 * 24 * 3600

csrf = CSRFProtect()


def set_up(app: Flask, house: House) -> None:
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # `refuse_forged` decides: keys to the API are no cookies and cannot be forged
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: a form left open over lunch still saves
        WTF_CSRF_SSL_STRICT=True,
    )
    if house.config.secure_cookies:
        # behind TLS there is one proxy of ours, whose word on scheme and address of the visitor counts
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    csrf.init_app(app)
    app.before_request(refuse_forged)
    app.before_request(refuse_nul)
    app.after_request(protect)


def refuse_forged() -> None:
    """Every change needs the session's token, in the form or the header `X-CSRFToken`; JSON included.

    A request with a key to the API is spared: it is judged by the key alone and its cookies are not looked at.
    """
    if current_app.config["WTF_CSRF_ENABLED"] and request.endpoint is not None and not has_bearer():
        csrf.protect()


def refuse_nul() -> None:
    """No page sends the character NUL and PostgreSQL keeps none: an address or a form that holds it is not read."""
    if request.endpoint is None:
        return
    found = "\0" in request.path or any(
        "\0" in text for pair in request.args.items(multi=True) for text in pair
    )
    if found or any("\0" in text for pair in request.form.items(multi=True) for text in pair):
        abort(400)


def has_bearer() -> bool:
    """Whether this request brings a key to the API and wants to be judged by it."""
    return (
        request.path.startswith("/api/") and request.headers.get("Authorization", "")[:7].lower() == "bearer "
    )


def bearer() -> str:
    return request.headers["Authorization"][7:].strip()


def protect(answer: Response) -> Response:
    if sources := g.pop(
        "image_sources", ()
    ):  # pictures from elsewhere that this page shows: the tiles of its map
        allowed = CONTENT_SECURITY_POLICY.replace("blob:", " ".join(("blob:", *sources)), 1)
        answer.headers.setdefault("Content-Security-Policy", allowed)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.is_secure:
        answer.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}")
    if "Cache-Control" not in answer.headers and not is_static():
        answer.headers["Cache-Control"] = "no-store"  # what a person saw must not be found by the next one
    return answer


def is_static() -> bool:
    """Whether a file is asked that is the same for everybody."""
    endpoint = request.endpoint or ""
    return endpoint == "static" or endpoint.startswith("static_")


def public(view: View) -> View:
    """A view that needs no sign-in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def safe_next(target: str | None) -> str:
    """Where to go on to: `target` when it is a path of ours, else the home page. Never another site."""
    home = f"{request.script_root}/"
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return home
    if any(ord(sign) < 33 or ord(sign) == 127 for sign in target):
        return home
    parts = urlsplit(target)
    return home if parts.scheme or parts.netloc else target
