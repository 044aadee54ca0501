"""Time zones by their IANA name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import available_timezones

from core.fields.basic import clean_text
from core.fields.kind import Invalid, Kind, Reading
from core.i18n import _

if TYPE_CHECKING:
    from core.resources.declare import Field


@dataclass(frozen=True)
class TimeZone(Kind):
    """A time zone such as `America/Caracas`."""

    name: ClassVar[str] = "time_zone"
    operators: ClassVar[tuple[str, ...]] = ("is", "empty", "any")

    def parse(self, raw: Any, field: Field, reading: Reading) -> str | None:
        word = clean_text(raw)
        if not word:
            return None
        if word not in zone_names():
            raise Invalid("unknown_zone", _("“%(value)s” is not a time zone we know.", value=word))
        return word


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Zones of places (`Continent/City`) and UTC, in order."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(regions)))
