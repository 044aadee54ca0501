"""The timeline of a record's page: its entries a page at a time, what of it is shown, and what is looked for in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import render_template, request
from flask.typing import ResponseReturnValue

from core.i18n import Text, _
from core.merging.undo import undoable
from core.records.timeline.story import PAGE, Sought, story_of, strands_of
from core.resources.declare import Seek
from core.resources.pages.here import Here, enter, is_htmx
from core.resources.rights import title_of

FIND_LENGTH = 100


@dataclass(frozen=True)
class Choice:
    """What can be shown of a timeline; `inner` stands below another."""

    key: str
    label: Text
    page: str
    """The address of the record's page that shows it."""
    entries: str
    """The address of its entries."""
    inner: bool = False
    on: bool = False


@dataclass(frozen=True)
class Frame:
    """The head of a timeline: what is shown of it, and what else could be."""

    sought: Sought
    choices: Sequence[Choice]
    entries: str
    page: str
    back: Mapping[str, str]
    """What the page's address keeps of where its reader came from."""

    @property
    def chosen(self) -> Text:
        return next((each.label for each in self.choices if each.on), "")


def timeline(resource: str, id: int) -> ResponseReturnValue:
    """The newest entries, or those that follow a page; `frame=1` with the head, and without script as a page."""
    here = enter(resource)
    stored = here.record(id)
    seek, sought = _seek(here, stored.record), _sought()
    story = story_of(seek, sought)
    merges = [each.merge_id for each in story.entries if each.merge_id is not None]
    frame = shown_of(here, stored.record)
    framed = is_htmx() and bool(request.args.get("frame"))
    template = "story.html" if framed else "timeline.html" if is_htmx() else "timeline_page.html"
    text = render_template(
        f"resources/{template}",
        story=story,
        frame=frame,
        address=here.address_of(id),
        here=here,
        resource=here.resource,
        title=title_of(here.resource, stored.record),
        older=_address(here, id, "timeline", replace(sought, entry="", before=story.older)),
        newest=_address(here, id, "timeline", replace(sought, entry="", before="")),
        undoable=undoable(here.writing(), here.resource, stored.record, merges) if merges else (),
    )
    part = urlsplit(request.headers.get("HX-Current-URL", "")).fragment
    return (text, 200, {"HX-Push-Url": f"{frame.page}#{part}" if part else frame.page}) if framed else text


def shown_of(here: Here, record: Any) -> Frame:
    """What the request asks for of the timeline of a record, among what there is."""
    sought, choices = _sought(), [("", _("All"), False)]
    for strand in strands_of(_seek(here, record)):
        choices.append((strand.name, strand.label, False))
        if strand.kinds is not None:
            choices += [(f"{strand.name}.{key}", label, True) for key, label in strand.kinds(here.formats)]
    shown = sought.show if sought.show in [key for key, _label, _inner in choices] else ""
    sought = replace(sought, show=shown)
    back = _way_back()
    return Frame(
        sought,
        [_choice(here, record.id, sought, back, *each) for each in choices] if here.resource.strands else [],
        _address(here, record.id, "timeline", sought),
        _address(here, record.id, "", sought, back),
        back,
    )


def _choice(
    here: Here, id: int, sought: Sought, back: Mapping[str, str], key: str, label: Text, inner: bool
) -> Choice:
    asked = Sought(show=key, find=sought.find)
    page = _address(here, id, "", asked, back)
    return Choice(
        key, label, f"{page}#side", _address(here, id, "timeline", asked), inner, key == sought.show
    )


def _way_back() -> dict[str, str]:
    """What the page's address says of the list its reader came from."""
    query = urlsplit(request.headers.get("HX-Current-URL", "")).query if is_htmx() else ""
    given = dict(parse_qsl(query)) if query else request.args
    return {name: given[name] for name in ("from", "at") if given.get(name)}


def _address(here: Here, id: int, part: str, sought: Sought, also: Mapping[str, str] | None = None) -> str:
    told = {"show": sought.show, "find": sought.find, "entry": sought.entry, "before": sought.before} | {
        **(also or {})
    }
    tail = urlencode({name: value for name, value in told.items() if value})
    place = here.address_of(id) + (f"/{part}" if part else "")
    return f"{place}?{tail}" if tail else place


def _sought() -> Sought:
    given = request.args
    return Sought(
        given.get("show", "")[:80],
        given.get("find", "").strip()[:FIND_LENGTH],
        given.get("entry", "")[:80],
        given.get("before", "")[:2000],
    )


def _seek(here: Here, record: Any) -> Seek:
    return Seek(here.session, here.house, here.resource, record, here.actor, here.formats, PAGE + 1)
