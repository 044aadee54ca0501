"""Maps: where their pictures come from, which the operator decides, and what a page with a map must let in.

Without an address of tiles a map shows coasts, borders and degrees that we serve ourselves; nothing is asked of others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from babel.numbers import get_decimal_symbol
from flask import g
from sqlalchemy.orm import Session

from core.declare import Setting, SettingsSection
from core.fields import Formats, Invalid, Reading, Text
from core.i18n import _, _l
from core.settings import settings_of

if TYPE_CHECKING:
    from core.resources.declare import Field

HOST = re.compile(r"(\{s\}\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True)
class TileAddress(Text):
    """Where the square pictures of a map lie: an address with the places `{z}`, `{x}` and `{y}`."""

    max_length: int = 300
    name: ClassVar[str] = "tile_address"

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        text = super().parse(raw, field, reading)
        if text and not host_of(text):
            raise Invalid(
                "not_tiles",
                _("An address such as https://tile.example.com/{z}/{x}/{y}.png, with its three places."),
            )
        return text


MAPS = SettingsSection(
    "maps",
    _l("Maps"),
    (
        Setting(
            "tiles",
            _l("Address of the map’s tiles"),
            TileAddress(),
            help=_l(
                "Such as https://tile.openstreetmap.org/{z}/{x}/{y}.png: mind the terms of whom you choose, who sees where "
                "people look. Without one the map shows coasts and degrees only, and asks nobody."
            ),
        ),
        Setting(
            "attribution",
            _l("Whose map it is"),
            Text(max_length=120),
            help=_l("Stands on the map, such as © OpenStreetMap contributors."),
        ),
    ),
    group=_l("System"),
    order=85,
)


@dataclass(frozen=True)
class Map:
    """What the page tells the map's script."""

    tiles: str
    attribution: str
    decimal: str
    """The sign before decimals, as the reader's inputs have it."""


def map_for(session: Session, formats: Formats) -> Map:
    """The map of this page; the answer's policy then lets pictures of its host in."""
    settings = settings_of(session)
    tiles = settings.get("maps.tiles") or ""
    host = host_of(tiles)
    if host:
        g.image_sources = (host,)
    return Map(
        tiles if host else "",
        settings.get("maps.attribution") or "",
        get_decimal_symbol(formats.language),
    )


def host_of(tiles: str) -> str:
    """The source, as a content security policy has it, of an address of tiles; '' where it is none."""
    try:
        parts = urlsplit(tiles)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(parts.netloc):
        return ""
    if not all(place in parts.path + parts.query for place in ("{z}", "{x}", "{y}")):
        return ""
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"
