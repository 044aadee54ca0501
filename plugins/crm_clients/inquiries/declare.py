"""An inquiry as every door states it, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.api import Words, _l

KINDS: tuple[tuple[str, Words], ...] = (
    ("form", _l("Web form")),
    ("mail", _l("E-mail")),
    ("call", _l("Call")),
    ("chat", _l("Chat")),
    ("api", _l("Program")),
    ("hand", _l("By hand")),
    ("import", _l("File")),
)
"""How inquiries come in, with the word for people."""

AS_INQUIRY = "inquiry"
"""The `source` of what is written because of an inquiry, and the name of the entry in a record's history."""


@dataclass(frozen=True)
class Inquiry:
    """Somebody wants something. Texts are as they were given; what is not known is ''.

    Args:
        kind: one of KINDS.
        name: of the person; `company` of the company, if it is one's.
        source: name or id of a value of the list of sources.
        pipeline: name or id, where the inquiry becomes a deal; else the usual one.
        salesperson: id, e-mail or name of who gets it; empty: whom the rules of assignment choose, or nobody.
        utm: source, medium, campaign.
        values: further raw values by field name, of whatever is made of it.
    """

    kind: str = "api"
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    document: str = ""
    title: str = ""
    message: str = ""
    source: Any = None
    pipeline: Any = None
    salesperson: Any = None
    value: Any = None
    currency: Any = None
    utm: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrived:
    """A record that an inquiry became, or went to."""

    resource: str
    record_id: int
    title: str
    is_new: bool


@dataclass(frozen=True)
class Routed:
    """What became of an inquiry: the records, the most telling first.

    `attached`: it went to something that was open already (somebody wrote again), so nothing was doubled.
    """

    records: tuple[Arrived, ...]
    attached: bool = False
