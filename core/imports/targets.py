"""What a column of a file can become: a field of the record, or a field of one of its further rows (a second address)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.i18n import LANGUAGES, Text, _, use_language
from core.resources.declare import Child, Field, Resource
from core.tabular import fold

MOST = 9
"""The highest number a further row can have in a file of one row a record; sheets of their own have no such end."""

OFFERED = 3
"""As many rows of each child are offered to choose from; more where the headers of the file name them."""


@dataclass(frozen=True)
class Target:
    """A field that a column can be mapped to; `child` and `number` say of which row, where it is a further one's."""

    name: str
    field: Field
    child: Child | None = None
    number: int = 1

    @property
    def label(self) -> str:
        """“City”, or “Address 2 › City”."""
        if self.child is None:
            return str(self.field.label)
        return f"{self.group} › {self.field.label}"

    @property
    def group(self) -> str:
        return f"{self.child.label} {self.number}" if self.child is not None else ""


def writable_fields(resource: Resource) -> list[Field]:
    """The record's own fields that a file can fill."""
    return [each for each in resource.fields if each.writable]


def targets_of(resource: Resource, most: int = MOST) -> dict[str, Target]:
    """All there is to choose from, by name: fields, then those of second, third … rows of its children."""
    found = {each.name: Target(each.name, each) for each in writable_fields(resource)}
    found.update((each.name, each) for each in _further(resource, most))
    return found


def split_name(name: str) -> tuple[str, int, str] | None:
    """(child, number, field) of a further row's field, as in `addresses.2.city`; None for a record's own field."""
    found = _FURTHER.fullmatch(name)
    return (found[1], int(found[2]), found[3]) if found else None


def in_file(resource: Resource, name: str) -> str:
    """The target that a problem of a draft belongs to: rows of drafts count from 0, and the first is the record's own."""
    found = _PLACED.fullmatch(name)
    child = next((each for each in resource.children if found and each.name == found[1]), None)
    if found is None or child is None:
        return name
    place = int(found[2])
    if not child.has_main:
        return f"{found[1]}.{place}.{found[3]}"
    return f"{found[1]}.{place + 1}.{found[3]}" if place else child.mirrors.get(found[3], name)


def labels_of(resource: Resource) -> dict[str, str]:
    """Labels by target name, in the reader's language."""
    return {each.name: str(each.field.label) for each in targets_of(resource, 1).values()} | {
        each.name: each.label for each in _further(resource, MOST)
    }


def match_further(headers: Sequence[str], resource: Resource) -> dict[int, str]:
    """Column → target, for the headers that say a further row's field: “Ciudad 2”, “Address 2 › City”, “Contact 3 e-mail”."""
    if not resource.children:
        return {}
    own = {_squeezed(name) for each in writable_fields(resource) for name in (each.name, *header_names(each))}
    names: dict[str, str] = {}
    for child in resource.children:
        labels = (*words_in_all(child.label), child.name.removesuffix("es"), child.name.removesuffix("s"))
        for field in child.fields:
            patterns = list(_patterns(resource, child, field, labels)) if field.writable else []
            for number in map(str, range(_first(child), MOST + 1)):
                target = f"{child.name}.{number}.{field.name}"
                for pattern in (target, *patterns):
                    names.setdefault(_squeezed(pattern.replace(_NUMBER, number)), target)
    found: dict[int, str] = {}
    for column, header in enumerate(headers):
        said = _squeezed(header)
        name = names.get(said) if said not in own else None
        if name is not None and name not in found.values():
            found[column] = name
    return found


def header_names(declared: Field) -> tuple[str, ...]:
    """The headers that mean a field: its labels in our languages and the other names it declares."""
    return (*words_in_all(declared.label), *declared.aliases)


def words_in_all(text: Text) -> list[str]:
    """A text of ours in each of our languages."""
    words = []
    for language in LANGUAGES:
        with use_language(language):
            words.append(str(text))
    return words


def _first(child: Child) -> int:
    """The number of the first row that the record's own fields do not say."""
    return 2 if child.has_main else 1


def _further(resource: Resource, most: int) -> Iterator[Target]:
    for child in resource.children:
        for number in range(_first(child), most + 1):
            for field in child.fields:
                if field.writable:
                    yield Target(f"{child.name}.{number}.{field.name}", field, child, number)


def _patterns(resource: Resource, child: Child, field: Field, labels: Iterable[str]) -> Iterator[str]:
    """Headers that say a field of a further row, its number left open."""
    names = dict.fromkeys((*header_names(field), field.name))
    for label in labels:
        for name in names:
            yield f"{label} {_NUMBER} {name}"
            yield f"{label} {name} {_NUMBER}"
    mirrored = child.mirrors.get(field.name)
    if mirrored is not None and resource.has_field(mirrored):
        for name in header_names(resource.field(mirrored)):
            yield f"{name} {_NUMBER}"
            first, space, rest = name.partition(" ")
            if space:
                yield f"{first} {_NUMBER} {rest}"


def offered_most(mapped: Iterable[str]) -> int:
    """Up to which number rows are offered, given what is chosen already."""
    numbers = [found[1] for name in mapped if (found := split_name(name))]
    return min(max([OFFERED, *(number + 1 for number in numbers)]), MOST)


def grouped(resource: Resource, mapped: Iterable[str]) -> list[tuple[Text, list[Target]]]:
    """The targets on the cards they stand on, further rows after them."""
    own = [Target(each.name, each) for each in writable_fields(resource)]
    groups: list[tuple[Text, list[Target]]] = [
        (label, [each for each in own if each.field.group == name]) for name, label in resource.groups
    ]
    named = {name for name, _label in resource.groups}
    groups.append((_("Other"), [each for each in own if each.field.group not in named]))
    found: dict[str, list[Target]] = {}
    for each in _further(resource, offered_most(mapped)):
        found.setdefault(each.group, []).append(each)
    groups += [(f"{group} ›", targets) for group, targets in found.items()]
    return [(label, targets) for label, targets in groups if targets]


def _squeezed(text: str) -> str:
    return fold(text).replace(" ", "")


_NUMBER = "\0"
_FURTHER = re.compile(r"(\w+)\.([1-9])\.(\w+)", re.ASCII)
_PLACED = re.compile(r"(\w+)\.(\d+)\.(\w+)", re.ASCII)
