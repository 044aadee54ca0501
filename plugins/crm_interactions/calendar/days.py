"""The days that a calendar shows: a month by weeks, a week, a day; and the ways to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale
from babel.dates import format_date, format_skeleton

MONTH, WEEK, DAY = "month", "week", "day"
VIEWS = (MONTH, WEEK, DAY)
FIRST, LAST = date(1900, 2, 1), date(2999, 11, 30)


@dataclass(frozen=True)
class Stretch:
    """What is shown: from `first` to `last`, both included, around the day `on`."""

    view: str
    on: date
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> date:
        """A day of the stretch before."""
        return self._beyond(-1)

    @property
    def after(self) -> date:
        return self._beyond(1)

    def _beyond(self, way: int) -> date:
        if self.view == MONTH:
            middle = self.on.replace(day=15) + timedelta(days=30 * way)
            return _kept(middle.replace(day=1))
        return _kept(self.on + timedelta(days=way * (7 if self.view == WEEK else 1)))


def stretch_of(view: str, on: date, language: str) -> Stretch:
    """The stretch of a view around a day; weeks begin as the language's do."""
    on = _kept(on)
    if view == DAY:
        return Stretch(DAY, on, on, on)
    first_weekday = Locale.parse(language).first_week_day
    if view == WEEK:
        first = _week_begins(on, first_weekday)
        return Stretch(WEEK, on, first, first + timedelta(days=6))
    first = _week_begins(on.replace(day=1), first_weekday)
    next_month = (on.replace(day=28) + timedelta(days=4)).replace(day=1)
    last = _week_begins(next_month - timedelta(days=1), first_weekday) + timedelta(days=6)
    return Stretch(MONTH, on, first, last)


def title_of_stretch(stretch: Stretch, language: str) -> str:
    """“November 2026”, “Nov 16 – 22, 2026”, “Sunday, November 22, 2026”."""
    if stretch.view == MONTH:
        text = format_skeleton("yMMMM", stretch.on, locale=language)
    elif stretch.view == DAY:
        text = format_date(stretch.on, "full", locale=language)
    else:
        last = format_skeleton("yMMMd", stretch.last, locale=language)
        text = f"{format_skeleton('MMMd', stretch.first, locale=language)} – {last}"
    return text[:1].upper() + text[1:]


def weekday_names(stretch: Stretch, language: str) -> list[str]:
    """The names of the columns, short."""
    return [format_date(day, "ccc", locale=language) for day in stretch.days[:7]]


def addresses(root: str, stretch: Stretch, kept: Mapping[str, str], today: date) -> dict[str, str]:
    """Where the views, the stretches around this one, and today are; `kept` goes along."""
    tail = "".join(f"&{name}={value}" for name, value in kept.items())

    def at(view: str, on: date) -> str:
        return f"{root}/calendar?view={view}&on={on.isoformat()}{tail}"

    views = {view: at(view, stretch.on) for view in VIEWS}
    around = {"before": stretch.before, "after": stretch.after, "today": today}
    return views | {name: at(stretch.view, on) for name, on in around.items()}


def _week_begins(day: date, first_weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)


def _kept(day: date) -> date:
    return min(max(day, FIRST), LAST)
