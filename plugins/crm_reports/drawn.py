"""What a picture holds before it is drawn: categories, series with the lists their points open, and words."""

from __future__ import annotations

from dataclasses import dataclass

from plugins.crm_reports.declare import Words


@dataclass(frozen=True)
class Series:
    """One row of figures. `hue` colours it, `hues` its points singly; `texts` and `notes` stand beside the
    points, `urls` are the lists they open."""

    name: str
    hue: str
    values: tuple[int, ...]
    hues: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Legend:
    """A colour's word, with its count and the list that this opens."""

    label: str
    hue: str
    text: str = ""
    url: str = ""


@dataclass(frozen=True)
class Picture:
    """`look` as in the declaration; `summary` says in words what the picture shows."""

    name: str
    look: str
    title: Words
    subtitle: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    legend: tuple[Legend, ...]
    summary: str
    wide: bool

    @property
    def is_lying(self) -> bool:
        """Its bars run from left to right."""
        return self.look in ("funnel", "bars", "parts")
