"""Runs the short work that is due at a moment: in small transactions, in the system's name."""

from __future__ import annotations

import logging
import time

from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.access.actor import work_for
from core.db import db, writing
from core.declare import Errand
from core.house import EXTENSION

log = logging.getLogger(__name__)


def run_errand(app: Flask, errand: Errand, seconds: float) -> bool:
    """Do what is due of it, for so many seconds; the rest waits for the next time. False where it failed."""
    until = time.monotonic() + seconds
    with app.app_context():
        try:
            while _has_work(app, errand) and _do_some(app, errand) and time.monotonic() < until:
                pass
        except OperationalError as error:  # a database that is busy or away: the next time tries again
            log.warning("%s: %s", errand.name, str(error).splitlines()[0])
        except Exception:  # whatever a plugin's errand raises, the others are done and the worker lives
            log.exception("The errand %s failed", errand.name)
            return False
        finally:
            db.session.remove()
    return True


def _has_work(app: Flask, errand: Errand) -> bool:
    session = _session(app)
    found = errand.waits(session)
    session.rollback()  # what follows begins a transaction of its own, that writes
    return found


def _do_some(app: Flask, errand: Errand) -> bool:
    with writing():
        session = _session(app)
        more = errand.run(session)
        session.commit()
        return more


def _session(app: Flask) -> Session:
    session: Session = db.session()
    session.info["house"] = app.extensions[EXTENSION]
    work_for(session, None)
    return session
