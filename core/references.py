"""Reference lists: the values an administrator keeps (channels, statuses), and the users, found by id, name or key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, validates

from core.db import Id, Json
from core.fields.kind import ReferenceItem
from core.fields.references import USERS
from core.house import House, house_for
from core.i18n import LANGUAGES
from core.resources.names import RecordNames
from core.state import forget, remembered
from core.text import fold

if TYPE_CHECKING:
    from core.resources.declare import ReferenceList, Resource

NAME_LENGTH = 120
VALUE_ATTRIBUTES = ("id", "name", "hue", "meaning", "is_default", "keys")

OPEN = "open"
"""The meaning of the statuses under which a record is still worked on."""


class ReferenceValue:
    """Mixin of the model of a reference list: `class Channel(ReferenceValue, Model)` and a `__tablename__`.

    No two values of a list have the same folded name. `keys` are other texts that mean the value in files.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH))
    name_folded: Mapped[str] = mapped_column(
        sa.String(NAME_LENGTH * 2),
        unique=True,
        default=lambda context: fold(context.get_current_parameters()["name"]),
    )
    description: Mapped[str | None] = mapped_column(sa.String(500))
    hue: Mapped[str] = mapped_column(sa.String(20), default="slate")
    meaning: Mapped[str | None] = mapped_column(sa.String(40))
    position: Mapped[int] = mapped_column(default=0)
    is_default: Mapped[bool] = mapped_column(default=False)
    keys: Mapped[list[str]] = mapped_column(Json, default=list)

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.name_folded = fold(name)
        return name


class KnownReferences:
    """The reference lists as one session sees them, each read once; after a `forget` ask `references_of` anew."""

    def __init__(self, session: Session, house: House | None) -> None:
        self._session = session
        self._house = house
        self._lists: dict[str, Items] = {}
        self._records = RecordNames(session, house)

    def items(self, name: str) -> Sequence[ReferenceItem]:
        """The values of a list in its order; none where the list's plugin is off."""
        return self._list(name).items

    def get(self, name: str, id: int | None) -> ReferenceItem | None:
        return None if id is None else self._list(name).by_id.get(id)

    def find(self, name: str, text: str, group: int | None = None) -> ReferenceItem | None:
        """The value of this name or key, however it is written in case and accents; rather one of this group."""
        known, word = self._list(name), fold(text)
        own = known.by_word_in.get((group, word)) if group is not None and known.by_word_in else None
        return own or known.by_word.get(word)

    def named(self, name: str, text: str) -> Sequence[ReferenceItem]:
        """All values of this name or key: of a list with groups there may be one in each."""
        known, word = self._list(name), fold(text)
        if not known.by_word_in:
            found = known.by_word.get(word)
            return (found,) if found else ()
        return [item for (_group, each), item in known.by_word_in.items() if each == word]

    def default(self, name: str, group: int | None = None) -> ReferenceItem | None:
        """The value that new records get; in a list with groups that of this group, else of the default one.

        A group of which none is marked begins with its first open value.
        """
        known = self._list(name)
        if not known.by_word_in:
            return known.default
        items = [item for item in known.items if item.group == (group or self._first_group(name))]
        marked = next((item for item in items if item.is_default), None)
        worked_on = next((item for item in items if item.meaning == OPEN), None)
        return marked or worked_on or next(iter(items), None)

    def title(self, name: str, item: ReferenceItem) -> str:
        """What a value is called among all of its list: with its group before it where another has the name too."""
        group = self.group_of(name, item.group)
        return f"{group.name} › {item.name}" if group and len(self.named(name, item.name)) > 1 else item.name

    def group_of(self, name: str, group: int | None) -> ReferenceItem | None:
        """The value of another list that is the group of this id in a list with groups."""
        declared = self._house.lists.get(name) if self._house else None
        return self.get(declared.groups, group) if declared is not None and declared.groups else None

    def _first_group(self, name: str) -> int | None:
        declared = self._house.lists.get(name) if self._house else None
        if declared is None or not declared.groups:
            return None
        known = self._list(declared.groups)
        first = known.default or (known.items[0] if known.items else None)
        return first.id if first else None

    def tag_hue(self, tag: str) -> str:
        """The colour an administrator gave a tag; '' for one that has none."""
        hues: Mapping[str, str] = remembered(self._session, "tag hues", _load_tag_hues)
        return hues.get(fold(tag), "") if hues else ""

    def know_records(self, resource: str, ids: Iterable[int | None]) -> None:
        """Read the names of records that a page points to, in one query."""
        self._records.know(resource, ids)

    def record_name(self, resource: str, id: int) -> str | None:
        """What another record is called; None where the session's person may not see it."""
        return self._records.name(resource, id)

    def timelines(self) -> Sequence[Resource]:
        """The resources beside whose records others may lie."""
        return [each for each in self._house.resources.values() if each.timeline] if self._house else ()

    def records_called(self, resource: str, text: str) -> Sequence[int]:
        """The first records of this name or document number, of those the person may see."""
        return self._records.find(resource, text)

    def _list(self, name: str) -> Items:
        known = self._lists.get(name)
        if known is None:
            known = self._lists[name] = self._read(name)
        return known

    def _read(self, name: str) -> Items:
        if name == USERS:
            return remembered(self._session, "references:users", _load_users)
        declared = self._house.lists.get(name) if self._house else None
        if declared is None:
            return Items(())
        return remembered(
            self._session, f"references:{name}", lambda session: _load_values(session, declared)
        )


class Items:
    """One list in memory, with its indexes."""

    def __init__(self, items: Sequence[ReferenceItem]) -> None:
        self.items = tuple(items)
        self.by_id = {item.id: item for item in self.items}
        self.default = next((item for item in self.items if item.is_default), None)

    @cached_property
    def by_word(self) -> Mapping[str, ReferenceItem]:
        """Folded names and keys. Keys stand behind names, and a name that two items bear means neither."""
        words: dict[str, ReferenceItem] = {}
        doubtful: set[str] = set()
        for item in sorted(self.items, key=lambda each: not each.active):
            word = fold(item.name)
            if word in words and words[word].active == item.active:
                doubtful.add(word)
            words.setdefault(word, item)
        for word in doubtful:
            del words[word]
        for item in self.items:
            for key in item.keys:
                words.setdefault(fold(key), item)
        return words

    @cached_property
    def by_word_in(self) -> Mapping[tuple[int, str], ReferenceItem]:
        """The same within each group; empty where the list has none."""
        words: dict[tuple[int, str], ReferenceItem] = {}
        grouped = [(item.group, item) for item in self.items if item.group is not None]
        for group, item in grouped:
            words.setdefault((group, fold(item.name)), item)
        for group, item in grouped:
            for key in item.keys:
                words.setdefault((group, fold(key)), item)
        return words


def references_of(session: Session, house: House | None = None) -> KnownReferences:
    """The reference lists of the session's house; costs no query while nothing has changed."""
    return KnownReferences(session, house or house_for(session))


def add_value(session: Session, declared: ReferenceList, name: str, **attributes: Any) -> Any:
    """A new value at the end of its list, flushed; the caller commits.

    Raises:
        sqlalchemy.exc.IntegrityError: the list has this name already.
    """
    model = declared.model
    last = session.scalar(sa.select(sa.func.max(model.position)))
    if declared.meanings:
        attributes.setdefault("meaning", declared.meanings[0][0])
    value = model(name=name, position=(last or 0) + 1, **attributes)
    session.add(value)
    session.flush()
    _begin_without_rights(session, declared, value.id)
    forget(session)
    return value


def _begin_without_rights(session: Session, declared: ReferenceList, value_id: int) -> None:
    from core.access.stages import forget_stage  # access reads references, which stand below it

    house = house_for(session)
    if house is not None:
        forget_stage(session, list(house.resources.values()), declared.name, value_id)


def ship_values(session: Session, declared: ReferenceList, language: str) -> int:
    """Fill an empty list with what its plugin ships, named in `language`; answers how many values were made.

    The names in the other languages become keys, so that files in any of them find their value.
    """
    if declared.shipped is None or session.scalar(sa.select(declared.model.id).limit(1)) is not None:
        return 0
    rows = declared.shipped(language)
    others = [declared.shipped(code) for code in LANGUAGES if code != language]
    for position, row in enumerate(rows, start=1):
        names = [str(other[position - 1]["name"]) for other in others if len(other) == len(rows)]
        keys = [
            key for key in dict.fromkeys([*row.get("keys", ()), *names]) if fold(key) != fold(row["name"])
        ]
        session.add(declared.model(**{"position": position, **row, "keys": keys}))
    session.flush()
    forget(session)
    return len(rows)


def _load_values(session: Session, declared: ReferenceList) -> Items:
    model = declared.model
    attributes = [name for each in declared.columns for name in each.kind.attributes(each)]
    columns = [getattr(model, name) for name in dict.fromkeys((*VALUE_ATTRIBUTES, *attributes))]
    group = [getattr(model, declared.group_attribute)] if declared.within else []
    found = session.execute(sa.select(*columns).order_by(*group, model.position, model.id))
    return Items(
        [
            ReferenceItem(
                id=row.id,
                name=row.name,
                hue=row.hue,
                meaning=row.meaning,
                is_default=row.is_default,
                keys=tuple(row.keys or ()),
                about={each.name: each.kind.load(row, each) for each in declared.columns},
                group=getattr(row, declared.group_attribute) if declared.within else None,
            )
            for row in found
        ]
    )


def _load_users(session: Session) -> Items:
    from core.access.models import User  # access reads settings, which stand below it

    found = session.execute(
        sa.select(User.id, User.name, User.email, User.hue, User.active).order_by(User.name, User.id)
    )
    return Items(
        [
            ReferenceItem(id=id, name=name or email, hue=hue, active=active, keys=(email,))
            for id, name, email, hue, active in found
        ]
    )


def _load_tag_hues(session: Session) -> Mapping[str, str]:
    from core.records.models import Tag  # the records know of references

    rows = session.execute(sa.select(Tag.name_folded, Tag.hue).where(Tag.hue != "slate"))
    return {name: hue for name, hue in rows}
