"""The pages of access: signing in and out, recovery, first start, profile, users, roles, teams; and the gate before all pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask

from core.access.throttle import clear_old_attempts
from core.access.web.extension import init_flask_security
from core.access.web.gate import close_request, open_request
from core.db import db, writing
from core.declare import JobType
from core.house import House
from core.i18n import _l

blueprint = Blueprint("access", __name__)

A_DAY = 86_400


def set_up(app: Flask, house: House) -> None:
    import core.access.scope  # noqa: F401  # from here on persons see only what they reach
    from core.access.web import (  # noqa: F401  # their routes hang on the blueprint
        first_start,
        people,
        profile,
        recovery,
        role_api,
        roles,
        sign_in,
        teams,
        two_steps,
    )

    app.before_request(open_request)
    app.teardown_request(close_request)
    init_flask_security(app, house)
    app.register_blueprint(blueprint)
    job = JobType("access.forget_attempts", _l("Forget old sign-in attempts"), _forget_attempts, every=A_DAY)
    house.jobs[job.name] = job


def _forget_attempts(job: Any) -> None:
    with writing():
        clear_old_attempts(db.session())
        db.session.commit()
