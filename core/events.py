"""What is told to plugins after a commit: frozen facts, without ORM objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """Something that happened and is stored. `actor_id` is None for the system; `at` is aware UTC."""

    at: datetime
    actor_id: int | None


@dataclass(frozen=True)
class RecordEvent(Event):
    """Something that happened to one record; `source` is page, api, import, conversion, command or job."""

    resource: str
    record_id: int
    source: str


@dataclass(frozen=True)
class RecordCreated(RecordEvent):
    pass


@dataclass(frozen=True)
class RecordChanged(RecordEvent):
    """`changes` maps field name to (old, new) in the API's form."""

    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordDeleted(RecordEvent):
    pass


@dataclass(frozen=True)
class RecordsMerged(RecordEvent):
    """Records became one; `record_id` stayed, `gone_ids` are no more (no `RecordDeleted` is told of them)."""

    gone_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class RecordsParted(RecordEvent):
    """A merge was taken back; `back_ids` are there again beside `record_id`."""

    back_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class MailEvent(Event):
    """What became of a mail that was given a `reference` when it was posted."""

    reference: str = ""
    retry: ClassVar[bool] = True


@dataclass(frozen=True)
class MailSent(MailEvent):
    """The mail server took it."""


@dataclass(frozen=True)
class MailPutOff(MailEvent):
    """It could not be sent now, for this reason; it will be tried again."""

    reason: str = ""


@dataclass(frozen=True)
class MailRefused(MailEvent):
    """It will never be sent, for this reason."""

    reason: str = ""
