"""A picture as an ECharts option: names of hues instead of colours, which the page's script puts in by the theme."""

from __future__ import annotations

from typing import Any

from plugins.crm_reports.drawn import Picture, Series

BAR, THIN = 24, 8
"""Thickness of a lying bar, and of the one beneath it that shows the period before."""


def option_of(picture: Picture) -> dict[str, Any]:
    """The option, ready for JSON."""
    axes = {"funnel": _lying, "bars": _lying, "parts": _lying}.get(picture.look, _standing)(picture)
    return {**axes, "series": [_series(picture, each) for each in picture.series]}


def _lying(picture: Picture) -> dict[str, Any]:
    longest = max((len(category) for category in picture.categories), default=0)
    return {
        "grid": {
            "left": min(max(longest * 7 + 14, 60), 180),
            "right": 110 if picture.look != "parts" else 24,
            "top": 8,
            "bottom": 8 if picture.look != "parts" else 28,
        },
        "xAxis": {"type": "value", "show": picture.look == "parts", "minInterval": 1},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": list(picture.categories),
            "axisLine": {"show": False},
            "axisTick": {"show": False},
            "axisLabel": {"width": 166, "overflow": "truncate"},
        },
    }


def _standing(picture: Picture) -> dict[str, Any]:
    return {
        "xAxis": {"type": "category", "data": list(picture.categories)},
        "yAxis": {"type": "value", "minInterval": 1},
    }


def _series(picture: Picture, series: Series) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "type": "bar",
        "name": series.name,
        "color": series.hue,
        "data": [_point(series, place) for place in range(len(series.values))],
    }
    if picture.look in ("over_time", "parts"):
        drawn["stack"] = "all"
    elif picture.look in ("funnel", "bars"):
        is_before = series.hue == "before"
        drawn |= {
            "barWidth": THIN if is_before else BAR if len(picture.categories) <= 6 else 14,
            "barGap": "20%",
        }
        if not is_before:
            drawn["label"] = {"show": True, "position": "right"}
    return drawn


def _point(series: Series, place: int) -> Any:
    """The figure alone where nothing more is to be said of it."""
    point: dict[str, Any] = {"value": series.values[place]}
    if series.texts:
        note = f" {series.notes[place]}" if series.notes and series.notes[place] else ""
        point["label"] = {"formatter": f"{{b|{series.texts[place]}}}{note}"}
    if series.hues:
        point["itemStyle"] = {"color": series.hues[place]}
    if series.urls and series.urls[place]:
        point["href"] = series.urls[place]
    return point if len(point) > 1 else series.values[place]
