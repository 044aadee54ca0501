"""What stands around every page: company, navigation with its counts, search everywhere, theme and language."""

from __future__ import annotations

from flask import Blueprint, Flask

from core.house import House
from core.shell.frame import frame_of_request
from core.shell.menu import places_of

blueprint = Blueprint("shell", __name__, url_prefix="/shell")


def set_up(app: Flask, house: House) -> None:
    """Give every template `shell`, and the app the addresses the frame asks."""
    from core.shell import views  # noqa: F401  # its routes hang on the blueprint

    app.extensions["prospecto.places"] = places_of(house)
    app.context_processor(lambda: {"shell": frame_of_request()})
    app.register_blueprint(blueprint)
