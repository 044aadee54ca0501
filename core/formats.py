"""How values look to a person, and how what they type is understood: from their profile and the company's settings."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.fields.kind import Formats, Reading
from core.i18n import _l
from core.references import references_of
from core.settings import settings_of

SIZES = (_l("KB"), _l("MB"), _l("GB"), _l("TB"))


def formats_for(session: Session, actor: Actor | None) -> Formats:
    """The formats of a person; of the company where nobody is signed in (commands, jobs, mails)."""
    settings = settings_of(session)
    known = actor is not None and actor.user_id is not None
    return Formats(
        language=actor.language if known else settings["company.language"],  # type: ignore[union-attr]
        zone=actor.zone if known else zone_of(settings["company.zone"]),  # type: ignore[union-attr]
        currency=settings["company.currency"],
        references=references_of(session),
        country=settings["company.country"],
    )


def reading_for(session: Session, actor: Actor | None, **overrides: Any) -> Reading:
    """How this person's input is understood; `overrides` are what a file or the API knows better.

    Only an English reader of a company in the United States writes the month first.
    """
    formats = overrides.pop("formats", None) or formats_for(session, actor)
    english = formats.language == "en"
    usual = {
        "decimal": "." if english else ",",
        "date_order": "mdy" if english and formats.country == "US" else "dmy",
        "country": formats.country,
    }
    return Reading(formats=formats, **{**usual, **overrides})


def size_text(size: int, language: str) -> str:
    """How much a file or a disk holds, as people say it: 214 KB, 1.8 MB."""
    amount, step = max(size / 1024, 1), 0
    while amount >= 1000 and step < len(SIZES) - 1:
        amount, step = amount / 1024, step + 1
    return f"{format_decimal(round(amount, 1 if step else 0), locale=language)} {SIZES[step]}"


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this IANA name; UTC for one this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
