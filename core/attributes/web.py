"""Puts the custom attributes among the fields of the resources, and hangs their page and their API on the app."""

from __future__ import annotations

from flask import Blueprint, Flask

from core.attributes import api, pages
from core.attributes.definitions import with_attributes
from core.attributes.sweep import JOB_TYPE
from core.house import House


def set_up(app: Flask, house: House) -> None:
    for name, resource in house.resources.items():
        house.resources[name] = with_attributes(resource, house.attributes)
    for name, part in (("attributes", pages), ("attributes_api", api)):
        blueprint = Blueprint(name, __name__)
        part.add_routes(blueprint)
        app.register_blueprint(blueprint)
    house.jobs[JOB_TYPE.name] = JOB_TYPE
