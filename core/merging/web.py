"""Hangs merging on the app: its pages, its API, its setting."""

from __future__ import annotations

from flask import Flask

from core.house import House
from core.merging.api import api_of
from core.merging.pages import pages_of
from core.merging.settings import DUPLICATES


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(pages_of(house))
    app.register_blueprint(api_of(house))
    house.settings.setdefault(DUPLICATES.name, DUPLICATES)
