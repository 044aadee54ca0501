"""What stands in the composer of a record: its tabs, what was typed, what is wrong with that, and the raw input it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.api import DateTime, Documents, Formats, ReferenceItem, Words, fold
from plugins.crm_interactions.models import IN, OUT, Interaction, Participant
from plugins.crm_interactions.timeline.meanings import ICONS, USUAL, asked_of
from plugins.crm_interactions.timeline.wording import says

KINDS = "interaction_kinds"
ALWAYS = ("text", "at", "participants", "next_step")
ADDED = ("next_on", "next_time")
"""What the composer asks besides an interaction's own fields: when the next step is due, which makes a task of it."""
OPTIONAL = ("subject", "direction", "outcome", "minutes")
NAMES = (*ALWAYS, *ADDED, *OPTIONAL)


@dataclass(frozen=True)
class Tab:
    """A kind of interaction as a tab: what it asks beside the text."""

    id: int
    label: str
    icon: str
    meaning: str
    asks: tuple[str, ...]


@dataclass(frozen=True)
class Writing:
    """A form in which an interaction is written down or changed.

    Args:
        values: what stands in the inputs, as text, by name.
        problems: what is wrong, by the name of the input; '' is about the whole.
        id: the interaction that is changed; None of a new one.
        version: that of the interaction when the form was opened.
    """

    tabs: Sequence[Tab]
    kind_id: int | None
    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Words] = field(default_factory=dict)
    documents: Documents | None = None
    id: int | None = None
    version: str = ""

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def asks_more(self, *names: str) -> bool:
        """Whether any of these, which are folded away, has something to show."""
        return any(self.values.get(name) or name in self.problems for name in names)


def tabs_of(formats: Formats) -> list[Tab]:
    """The kinds of interaction in the administrator's order."""
    return [_tab(item) for item in formats.references.items(KINDS)]


def new_writing(formats: Formats) -> Writing:
    """An empty form; it begins with the usual kind."""
    usual = formats.references.default(KINDS)
    tabs = tabs_of(formats)
    return Writing(tabs, usual.id if usual else tabs[0].id if tabs else None, {"direction": OUT})


def stored_writing(row: Interaction, participants: Sequence[Participant], formats: Formats) -> Writing:
    """The form of an interaction that is changed."""
    values = {
        "text": row.text or "",
        "subject": row.subject if says(row.subject, row.text) else "",  # else it is taken from the text again
        "direction": row.direction or "",
        "outcome": str(row.outcome_id or ""),
        "minutes": "" if row.minutes is None else str(row.minutes),
        "at": local_text(row.at, formats),
        "next_step": row.next_step or "",
        "participants": ", ".join(participant_text(each, formats) for each in participants),
    }
    return Writing(tabs_of(formats), row.kind_id, values, id=row.id, version=str(row.version))


def sent_writing(sent: Mapping[str, str], formats: Formats, id: int | None = None) -> Writing:
    """What a request's form says."""
    kind = sent.get("kind", "")
    kind_id = int(kind) if kind.isdecimal() and len(kind) < 19 else None
    values = {name: sent.get(name, "").strip() for name in NAMES}
    return Writing(tabs_of(formats), kind_id, values, id=id, version=sent.get("version", ""))


def is_overtaken(sent: Writing, stored: Writing) -> bool:
    """Whether somebody has changed the interaction to something else since this form of it was opened."""
    if sent.version in ("", stored.version):
        return False
    same = all(sent.value(name) == value for name, value in stored.values.items())
    return not same or sent.kind_id != stored.kind_id


def raw_of(writing: Writing, formats: Formats) -> dict[str, Any]:
    """What the form means, as the API would say it: only what the kind asks for, the rest is none of it."""
    tab = next((each for each in writing.tabs if each.id == writing.kind_id), None)
    raw: dict[str, Any] = {"kind": writing.kind_id}
    asked = (*ALWAYS, *(tab.asks if tab else OPTIONAL))
    for name in asked:
        raw[name] = writing.value(name) or None
    if writing.id is not None:
        raw |= {name: None for name in OPTIONAL if name not in asked and name != "subject"}
        raw["subject"] = writing.value("subject") or None
    if not raw["at"]:
        del raw["at"]  # now, or as it was
    raw["participants"] = participants_of(writing.value("participants"), formats)
    return raw


def participants_of(text: str, formats: Formats) -> list[dict[str, Any]]:
    """Who took part, as names apart by commas: people of the house by their full name, others by theirs and an address."""
    found: list[dict[str, Any]] = []
    for word in (" ".join(each.split()) for each in text.replace(";", ",").split(",")):
        if not word:
            continue
        person = formats.references.find("users", word)
        name, _less, address = word.partition("<")
        if person is not None and fold(person.name) == fold(word):
            found.append({"user": {"id": person.id}})
        elif address.endswith(">"):
            found.append({"name": name.strip() or None, "address": address[:-1].strip()})
        else:
            found.append({"name": word[:200]})
    return found


def participant_text(row: Participant, formats: Formats) -> str:
    """Somebody who took part, as the form writes them."""
    person = formats.references.get("users", row.user_id)
    if person is not None:
        return person.name
    if row.address:
        return f"{row.name or ''} <{row.address}>".strip()
    return row.name or ""


def local_text(moment: datetime, formats: Formats) -> str:
    """A moment as an input of the browser holds it, in the reader's zone."""
    return DateTime().raw(moment, formats)


def directions() -> tuple[str, str]:
    """The values of the two directions, outgoing first."""
    return OUT, IN


def _tab(item: ReferenceItem) -> Tab:
    meaning = item.meaning or ""
    return Tab(item.id, item.name, ICONS.get(meaning, USUAL), meaning, asked_of(meaning))
