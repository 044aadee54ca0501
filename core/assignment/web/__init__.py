"""Hangs assignment on the app: its pages in Settings, what each person says of their own absences, its API."""

from __future__ import annotations

from flask import Flask

from core.assignment.web import api, pages, profile
from core.assignment.web.assigning import assigning_of
from core.house import House


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(profile.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(assigning_of(house))
