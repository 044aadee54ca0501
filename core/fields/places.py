"""Parts of countries: suggested where the country is known, free text everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from core.fields.basic import Text

LIST = Path(__file__).resolve().parent.parent / "static" / "vendor" / "regions.json"
"""ISO 3166-2, taken from npm by the script beside it."""


@dataclass(frozen=True)
class Region(Text):
    """A state, region or province as one line of text; a form suggests those of the country in its field `country`."""

    country: str = "country"
    name: ClassVar[str] = "region"


def regions_of(country: str | None) -> Sequence[str]:
    """Names of the parts of a country by its code; none where we know none."""
    return _regions().get(country or "", ())


@lru_cache(maxsize=1)
def _regions() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = json.loads(LIST.read_text(encoding="utf-8"))
    return found
