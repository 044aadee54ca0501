"""A reference list and a settings section, declared as a plugin would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.db import Model
from core.fields import Boolean, Integer, MoneyAmount, Text
from core.references import ReferenceValue
from core.resources.declare import ReferenceList, Setting, SettingsSection

NAMES = {"es": ("Rojo", "Añil"), "en": ("Red", "Indigo"), "fr": ("Rouge", "Indigo")}


class Colour(ReferenceValue, Model):
    __tablename__ = "test_colour"


def shipped(language: str) -> Sequence[Mapping[str, Any]]:
    warm, cold = NAMES[language]
    return [
        {"name": warm, "hue": "red", "meaning": "warm", "is_default": True},
        {"name": cold, "hue": "blue", "meaning": "cold"},
    ]


COLOUR_LIST = ReferenceList(
    "colours", Colour, "Colour", "Colours", meanings=(("warm", "Warm"), ("cold", "Cold")), coloured=True, shipped=shipped,
)

EXAMPLE_SECTION = SettingsSection(
    "example",
    "Example",
    (
        Setting("days", "Days", Integer(minimum=1, maximum=90), default=15),
        Setting("limit", "Limit", MoneyAmount(), default=Decimal("10.00")),
        Setting("note", "Note", Text(max_length=20)),
        Setting("strict", "Strict", Boolean(), default=False),
    ),
)
