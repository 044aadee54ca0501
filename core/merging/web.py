"""Hangs merging on the app: its pages, its API, its setting."""

from __future__ import annotations

from flask import Flask

from core.house import House
from core.merging.api import api_of


def set_up(app: Flask, house: House) -> None:
    app.register_blueprint(api_of(house))
