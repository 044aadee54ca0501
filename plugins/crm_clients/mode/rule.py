"""Which of the two modes is on. This is the one place that says so."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.api import CLASSIC, SIMPLE, House, settings_of
from plugins.crm_clients.mode.declare import Classic

MODE = "company.mode"


def mode_of(session: Session, house: House) -> str:
    """The mode that is on: what was chosen, but classic only while there is an app that keeps leads."""
    is_classic = settings_of(session)[MODE] == CLASSIC and house.hooks.has("classic_mode")
    return CLASSIC if is_classic else SIMPLE


def classic_of(house: House) -> Classic | None:
    """What the app of leads does for the mode; None while none is on."""
    found: Classic | None = house.hooks.first("classic_mode")
    return found
