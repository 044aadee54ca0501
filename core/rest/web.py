"""Hangs the API on the app."""

from __future__ import annotations

import json

from flask import Flask, Response, current_app

from core.db import db, writing
from core.declare import JobType
from core.house import House, current_house
from core.i18n import _l, get_locale
from core.jobs import Job
from core.rest.once import forget_old
from core.rest.openapi import describe
from core.rest.views import AT, api_of

DOCUMENTS = "prospecto.openapi"
DAY = 86400


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(api_of(house))
    app.extensions[DOCUMENTS] = {}
    app.add_url_rule(f"{AT}/openapi.json", "openapi", document)
    job = JobType("core.forget-answers", _l("Forget the answers of the API"), forget_answers, every=DAY)
    house.jobs[job.name] = job


def document() -> Response:
    """The API's description in the reader's language, made once per language and set of apps."""
    made: dict[str, str] = current_app.extensions[DOCUMENTS]
    language = str(get_locale())
    if language not in made:
        made[language] = json.dumps(describe(current_house()), default=str, ensure_ascii=False)
    return Response(made[language], mimetype="application/json")


def forget_answers(job: Job) -> None:
    with writing():
        forget_old(db.session())
        db.session.commit()
