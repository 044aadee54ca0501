"""What is answered when something cannot be: a page in words, or JSON under /api."""

from __future__ import annotations

import logging

from flask import Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import TemplateNotFound
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, HTTPException, InternalServerError, NotFound, ServiceUnavailable

from core.db import db
from core.house import House
from core.resources.context import Refused

log = logging.getLogger("prospecto")

API = "/api/"


def set_up(app: Flask, house: House) -> None:
    app.register_error_handler(HTTPException, answer_error)
    app.register_error_handler(Refused, answer_refusal)
    app.register_error_handler(StaleDataError, lambda error: answer_error(Conflict()))
    app.register_error_handler(OperationalError, answer_busy)
    app.register_error_handler(Exception, answer_fault)


def answer_error(error: HTTPException) -> ResponseReturnValue:
    """An HTTP error; a redirect that is raised as one passes."""
    code = error.code or 500
    if error.response is not None or code < 400:
        return error
    if request.path.startswith(API):
        return jsonify(
            error={"code": error.name.lower().replace(" ", "_"), "message": error.description}
        ), code
    headers = [(name, value) for name, value in error.get_headers() if name in ("Retry-After", "Allow")]
    return _page(code), code, headers


def answer_refusal(error: Refused) -> ResponseReturnValue:
    """A rule that no page caught: said in its own words."""
    db.session.rollback()
    if request.path.startswith(API):
        return jsonify(error={"code": error.code, "message": str(error.message)}), 409
    return _page(409, str(error.message)), 409


def answer_busy(error: OperationalError) -> ResponseReturnValue:
    """The database is locked or away: come again."""
    log.exception("the database did not answer")
    db.session.rollback()
    return answer_error(ServiceUnavailable(retry_after=2))


def answer_fault(error: Exception) -> ResponseReturnValue:
    """A fault of ours; the log has all of it, the page nothing."""
    if current_app.testing or current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.exception("%s %s failed", request.method, request.path)
    db.session.rollback()
    return answer_error(InternalServerError())


def _page(code: int, text: str = "") -> str:
    for name in (f"errors/{code}.html", "errors/400.html" if code < 500 else "errors/500.html"):
        try:
            return render_template(name, text=text)
        except TemplateNotFound:
            continue
    return NotFound.description or ""
