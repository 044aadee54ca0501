"""What the paint app brings: pots, their colours and stages, a section of settings, two cards for the home page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from core.api import (
    Actor,
    Boolean,
    Choice,
    Field,
    Integer,
    MoneyAmount,
    Panel,
    Path,
    Reference,
    ReferenceList,
    Resource,
    Setting,
    SettingsSection,
    Text,
    UserRef,
    hookimpl,
)
from plugins.paint.models import Colour, Pot, Stage

COLOUR_NAMES = {"es": ("Rojo", "Añil"), "en": ("Red", "Indigo"), "fr": ("Rouge", "Indigo")}
STAGES = (("New", "open"), ("Mixed", "open"), ("Sold", "converted"), ("Dried up", "junk"))


def shipped_colours(language: str) -> Sequence[Mapping[str, Any]]:
    warm, cold = COLOUR_NAMES[language]
    return [{"name": warm, "hue": "red", "is_default": True}, {"name": cold, "hue": "blue"}]


def shipped_stages(language: str) -> Sequence[Mapping[str, Any]]:
    return [{"name": name, "meaning": meaning, "is_default": name == "New"} for name, meaning in STAGES]


COLOURS = ReferenceList(
    "colours",
    Colour,
    "Colour",
    "Colours",
    used_by=(("pots", "colour_id"),),
    coloured=True,
    shipped=shipped_colours,
    columns=(Field("litres", "Litres in store", Integer(maximum=500)),),
    plugin="paint",
)

STAGES_LIST = ReferenceList(
    "stages",
    Stage,
    "Stage",
    "Stages",
    used_by=(("pots", "stage_id"),),
    shipped=shipped_stages,
    meanings=(("open", "Open"), ("converted", "Sold"), ("junk", "Lost")),
    section="Workshop",
    plugin="paint",
)

SHOP = SettingsSection(
    "shop",
    "Shop",
    (
        Setting("days", "Days on the shelf", Integer(minimum=1, maximum=90), default=15),
        Setting("deposit", "Deposit", MoneyAmount(), default=Decimal("10.00")),
        Setting("slogan", "Slogan", Text(max_length=20)),
        Setting("open_on_sunday", "Open on Sunday", Boolean(), default=False),
        Setting("finish", "Finish", Choice((("matt", "Matt"), ("gloss", "Gloss"))), default="matt"),
    ),
    plugin="paint",
)

POTS = Resource(
    name="pots",
    model=Pot,
    label="Pot",
    plural="Pots",
    icon="palette",
    fields=(
        Field("name", "Name", Text(), required=True),
        Field("painter", "Painter", UserRef()),
        Field("colour", "Colour", Reference("colours")),
        Field("stage", "Stage", Reference("stages")),
    ),
    columns=("name", "colour", "stage"),
    search=("name",),
    owner="painter_id",
    path=Path("stage", "stages"),
)


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [POTS, COLOURS, STAGES_LIST]


@hookimpl
def register_settings() -> list[SettingsSection]:
    return [SHOP]


@hookimpl
def home_widgets(user: Actor) -> list[Panel]:
    return [
        Panel("sun", "Sun", lambda user: Markup("<p>It shines on {}.</p>").format(user.name)),
        Panel("rain", "Rain", _fails),
        Panel("secret", "Secret", lambda user: "not for all", permission=("vault", "view")),
    ]


def _fails(user: Actor) -> Markup:
    raise RuntimeError("the roof leaks")
