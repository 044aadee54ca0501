"""Settings: sections of values and reference lists, declared by the host and its apps, kept by administrators."""

from __future__ import annotations

from flask import Blueprint, Flask

from core.access.roles import SETTINGS_RIGHT
from core.admin.settings.company import COMPANY
from core.house import House
from core.maps import MAPS

blueprint = Blueprint("settings", __name__)

EDIT = SETTINGS_RIGHT
"""The right to everything below /settings that has no right of its own."""


def set_up(app: Flask, house: House) -> None:
    from core.admin.settings import api, list_views, views  # noqa: F401  # their routes hang on the blueprint

    house.settings[COMPANY.name] = COMPANY
    house.settings[MAPS.name] = MAPS
    app.register_blueprint(blueprint)
