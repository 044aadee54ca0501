"""Winding a record's history and plugins' strands into one story, and cutting it into pages that lose and repeat nothing.

A page ends with a mark of its own for each strand: where that strand's last shown entry stands. However many strands
share a moment, and in whatever order a strand keeps its entries, the next page goes on with each just there.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from core.i18n import Text, _l
from core.records.timeline.changes import Entry, read_changes
from core.records.timeline.words import when_text
from core.resources.declare import Before, Seek, Strand, Told

PAGE = 20
CHANGES = "changes"
OWN = Strand(CHANGES, _l("Changes"), cast(Callable[[Seek], Sequence[Told]], read_changes))
"""What the host tells itself of any record; its entries are drawn by the host's own template."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Sought:
    """What a reader wants of a timeline: `show` a strand or `strand.kind`, `find` a text, `entry` one to begin at."""

    show: str = ""
    find: str = ""
    entry: str = ""
    before: str = ""


@dataclass(frozen=True)
class Line:
    """A line of the story: an entry of a strand, or several small changes in a row."""

    when: str
    moment: datetime
    told: Told | None = None
    changes: Sequence[Entry] = ()


@dataclass(frozen=True)
class Story:
    """A page of the timeline; `older` is where the next one begins, `silent` what did not answer."""

    lines: Sequence[Line]
    older: str = ""
    silent: Sequence[Text] = ()

    @property
    def entries(self) -> list[Entry]:
        """The entries of the record's own history among them."""
        return [entry for line in self.lines for entry in line.changes]


def story_of(seek: Seek, sought: Sought) -> Story:
    """A page of what happened to a record; the caller has checked that the reader may see it."""
    marks = _begin(seek, sought)
    read: list[list[tuple[datetime, str, Told | Entry]]] = []
    silent = []
    for strand, kind in _asked(seek, sought.show):
        wanted = replace(seek, before=marks.of(strand.name), kind=kind, text=sought.find, limit=PAGE + 1)
        entries = _read(strand, wanted)
        if entries is None:
            silent.append(strand.label)
        read.append([(each.at, strand.name, each) for each in entries or ()])
    wound = list(heapq.merge(*read, key=lambda each: each[0], reverse=True))
    shown = wound[:PAGE]
    older = marks.after(shown).text() if len(wound) > PAGE else ""
    return Story(_lines([each for _at, _name, each in shown], seek), older, silent)


def strands_of(seek: Seek) -> list[Strand]:
    """The strands of this timeline that the reader may read; the record's own history is the last."""
    allowed = [
        each for each in seek.resource.strands if each.permission is None or seek.actor.may(*each.permission)
    ]
    return [*allowed, OWN]


@dataclass(frozen=True)
class Marks:
    """How far a timeline has been shown: until when, and of each strand that was seen its last entry."""

    until: datetime | None = None
    ends: Mapping[str, Before] = field(default_factory=dict)

    def of(self, strand: str) -> Before | None:
        """Where a strand goes on. One of which nothing has been shown yet has nothing newer to tell."""
        return self.ends.get(strand) or (Before(self.until) if self.until else None)

    def after(self, shown: Sequence[tuple[datetime, str, Told | Entry]]) -> Marks:
        ends = {**self.ends} | {name: Before(at, each.id) for at, name, each in shown}
        return Marks(shown[-1][0], ends)

    def text(self) -> str:
        """The marks as an address carries them: `<until>~<strand>.<moment>.<id>~…`, moments in microseconds."""
        until = [str(_micros(self.until))] if self.until else []
        return "~".join([*until, *(f"{name}.{_micros(end.at)}.{end.id}" for name, end in self.ends.items())])


def marks_from(text: str) -> Marks:
    """The marks that an address carries; from the beginning where it carries none, or nonsense."""
    until, *ends = text.split("~")
    try:
        found = {}
        for end in ends:
            name, at, id = end.rsplit(".", 2)
            found[name] = Before(_moment(at), min(max(int(id), 0), 2**63 - 2))
        return Marks(_moment(until), found) if until else Marks()
    except (ValueError, OverflowError):
        return Marks()


def _begin(seek: Seek, sought: Sought) -> Marks:
    """Where the reader goes on; for who follows a link to an entry, so that this is the first."""
    if sought.before or not sought.entry:
        return marks_from(sought.before)
    name, _dot, id = sought.entry.rpartition(".")
    strand = next((each for each in strands_of(seek) if each.name == name), None)
    if strand is None or strand.moment_of is None or not id.isdecimal() or len(id) > 18:
        return Marks()
    at = strand.moment_of(seek.session, int(id))
    return Marks(at, {name: Before(at, int(id) + 1)}) if at else Marks()


def _asked(seek: Seek, show: str) -> list[tuple[Strand, str]]:
    """The strands to read, each with its kind; all where what is asked for is not there."""
    strands = strands_of(seek)
    name, _dot, kind = show.partition(".")
    return [(each, kind) for each in strands if each.name == name] or [(each, "") for each in strands]


def _read(strand: Strand, seek: Seek) -> Sequence[Told | Entry] | None:
    """What the strand answers; None where it fails, which leaves the others as they are."""
    try:
        with seek.session.begin_nested():
            return strand.read(seek)
    except Exception as error:  # the guard around a plugin
        blamed = seek.house.plugin_behind(strand.read, seek.resource.plugin)
        seek.house.hooks.failed(blamed, f"timeline {strand.name}", error)
        return None


def _lines(shown: Sequence[Told | Entry], seek: Seek) -> list[Line]:
    """The lines; small changes that one person made in a row on one day are told together."""
    lines: list[Line] = []
    for each in shown:
        if isinstance(each, Told):
            lines.append(Line(when_text(each.at, seek.formats), each.at, each))
        elif lines and _goes_with(each, lines[-1], seek):
            lines[-1] = replace(lines[-1], changes=(*lines[-1].changes, each))
        else:
            lines.append(Line(each.when, each.moment, changes=(each,)))
    return lines


def _goes_with(entry: Entry, line: Line, seek: Seek) -> bool:
    if not line.changes or not (entry.folds and line.changes[-1].folds):
        return False
    zone, newest = seek.formats.zone, line.changes[0]
    same_day = entry.moment.astimezone(zone).date() == newest.moment.astimezone(zone).date()
    return same_day and (entry.actor, entry.source) == (newest.actor, newest.source)


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _moment(text: str) -> datetime:
    return EPOCH + int(text[:20]) * MICROSECOND
