"""Countries, currencies, time zones and languages as choices of a form, named in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

from core.fields.basic import territories
from core.text import fold

Choice = tuple[str, str]

CHIEF_ZONES = {
    "AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CD": "Africa/Kinshasa",
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil",
    "ES": "Europe/Madrid", "GL": "America/Nuuk", "ID": "Asia/Jakarta", "KI": "Pacific/Tarawa", "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur",
    "PF": "Pacific/Tahiti", "PG": "Pacific/Port_Moresby", "PT": "Europe/Lisbon", "RU": "Europe/Moscow", "UA": "Europe/Kyiv",
    "US": "America/New_York", "UZ": "Asia/Tashkent",
}  # fmt: skip
"""Where most people of a country with several zones live; elsewhere the first is taken."""

TRADED_IN = {"VE": "USD"}
"""Countries whose companies mostly quote in another currency than their own."""


def countries(language: str) -> list[Choice]:
    return sorted(territories(language).items(), key=lambda each: fold(each[1]))


@lru_cache(maxsize=8)
def currencies(language: str) -> list[Choice]:
    """Currencies some country uses today, as `Euro (EUR)`."""
    names = Locale.parse(language).currencies
    used = {code for country in territories("en") for code in get_territory_currencies(country)}
    chosen = [
        (code, f"{names.get(code, code)[:1].upper()}{names.get(code, code)[1:]} ({code})") for code in used
    ]
    return sorted(chosen, key=lambda each: fold(each[1]))


def zones(language: str) -> list[Choice]:
    """All zones as `Caracas, GMT−4`, by place; the offset is today's."""
    return _zones(language, datetime.now(UTC).date().toordinal())


def zone_of_country(country: str) -> str:
    """The zone most of a country lives in; `UTC` for one without."""
    known = get_global("territory_zones").get(country)
    return CHIEF_ZONES.get(country) or (known[0] if known else "UTC")


def currency_of(country: str) -> str:
    """The currency companies of a country mostly quote in."""
    own = get_territory_currencies(country) if country else []
    return TRADED_IN.get(country) or (own[0] if own else "USD")


@lru_cache(maxsize=8)
def _zones(language: str, day: int) -> list[Choice]:
    cities = Locale.parse(language).time_zones
    now = datetime.now(UTC)
    named = []
    for country, names in get_global("territory_zones").items():
        for name in names if country != "ZZ" else ():
            try:
                offset = now.astimezone(ZoneInfo(name)).utcoffset()
            except (KeyError, ValueError, OSError):
                continue
            minutes = int(offset.total_seconds() // 60) if offset else 0
            city = cities.get(name, {}).get("city") or name.rpartition("/")[2].replace("_", " ")
            named.append((name, f"{city}, {_shown(minutes)}"))
    return [("UTC", "UTC"), *sorted(named, key=lambda each: fold(each[1]))]


def _shown(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return "GMT" if not minutes else f"GMT{sign}{hours}" + (f":{rest:02d}" if rest else "")
