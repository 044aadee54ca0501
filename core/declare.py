"""What a plugin declares beside its records: entries of the navigation, rights, settings, jobs; all frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.fields.kind import Kind
from core.i18n import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class MenuItem:
    """An entry of the navigation. `group` is sales, capture, analysis or admin; shown to who may `permission`."""

    name: str
    label: Text
    endpoint: str
    icon: str
    group: str = "sales"
    order: int = 50
    permission: tuple[str, str] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    count: str | None = None
    """Name of a resource whose open records are counted beside it."""


@dataclass(frozen=True)
class Permission:
    """A right that belongs to no resource's records: (resource, action) of the grant matrix with scope none or all.

    A `reserved` one only administrators have until they give it to others.
    """

    resource: str
    action: str
    label: Text
    reserved: bool = False


@dataclass(frozen=True)
class Setting:
    """One value an administrator sets; read it with `settings.get("<section>.<name>")`."""

    name: str
    label: Text
    kind: Kind
    default: Any = None
    help: Text = ""


@dataclass(frozen=True)
class Trial:
    """Trying a section's stored settings out: what one types beside the button, and what is done with it.

    `run(session, text)` answers what to say; it raises `Refused` with what is wrong.
    """

    label: Text
    prompt: Text
    run: Callable[[Session, str], Text]


@dataclass(frozen=True)
class SettingsSection:
    """A page of Settings: a form of its values; with `endpoint` the app's own page, to which the left column leads."""

    name: str
    label: Text
    settings: tuple[Setting, ...]
    group: Text = ""
    order: int = 50
    plugin: str = ""
    trial: Trial | None = None
    endpoint: str = ""


@dataclass(frozen=True)
class JobType:
    """Long work done by a worker: `run(job)` gets a `core.jobs.Job`, must be safe to run again after a kill.

    `every` seconds makes it periodic.
    """

    name: str
    label: Text
    run: Callable[[Any], None]
    every: int | None = None
    plugin: str = ""


@dataclass(frozen=True)
class Errand:
    """Short work that is due at a moment: every worker does it beside its jobs, so that it waits for none of them.

    `run(session)` does a part of what is due, a second's work at most, in a writing transaction that is committed after it,
    and answers whether more is due. Several workers may do it at once, and each may be killed anywhere: it takes what it
    does in the same transaction in which it does it. `waits(session)` asks beforehand, cheaply and without locking,
    whether there is anything.
    """

    name: str
    waits: Callable[[Session], bool]
    run: Callable[[Session], bool]
    every: float = 1.0
    """Seconds between two looks."""
    plugin: str = ""


@dataclass(frozen=True)
class NotificationAct:
    """Something one can do about a notification where it is read: a POST to `url`.

    Its `%(name)s` are values of the sentence; `notification` is the id by which the view marks it read.
    """

    label: Text
    url: str
    icon: str = ""


@dataclass(frozen=True)
class NotificationKind:
    """A sort of thing people are told by the bell and by mail; each person chooses which of the two.

    `sentence` is filled with the values given to `notify`, in the reader's language; the value `sentence` chooses one of
    `sentences` instead. `mail` is what holds for who has chosen nothing. What is `urgent` is also shown over the page
    that is open, with its `acts`.
    """

    name: str
    label: Text
    sentence: Text
    icon: str = "bell"
    mail: bool = False
    plugin: str = ""
    sentences: Mapping[str, Text] = field(default_factory=dict)
    urgent: bool = False
    acts: tuple[NotificationAct, ...] = ()
