"""The filters of a list inside another form: what a rule is set to ask of the records it is for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from core.resources.criteria import Condition
from core.resources.kept_filter import shown_conditions
from core.resources.pages.filter_inputs import inputs_of
from core.resources.pages.filters import filter_names, label_of, words_of
from core.resources.pages.here import Here


@dataclass(frozen=True)
class FilterChoice:
    """A filter in the form: its name, what it is set to in words, its inputs."""

    name: str
    label: str
    words: str
    body: Markup


def choices_for_rule(
    here: Here, conditions: Sequence[Condition], hidden: Collection[str] = ()
) -> list[FilterChoice]:
    """Every filter of the list but personal and `hidden` ones, those that are set first."""
    personal = {each.name for each in here.resource.extra_filters if each.personal is not None}
    by_name: dict[str, list[Condition]] = {}
    for each in conditions:
        by_name.setdefault(each.field, []).append(each)
    names = [name for name in filter_names(here.resource) if name not in {*personal, *hidden}]
    names = list(dict.fromkeys([*(name for name in by_name), *names]))
    return [
        FilterChoice(
            name,
            str(label_of(here.resource, name)),
            " · ".join(words_of(here, each) for each in by_name.get(name, ())),
            inputs_of(here, name, by_name.get(name, [])),
        )
        for name in names
    ]


def filter_words(here: Here, query: str) -> list[str]:
    """A kept filter, a phrase for each condition: “City: “Caracas””."""
    return [
        f"{label_of(here.resource, each.field)}: {words_of(here, each)}"
        for each in shown_conditions(here.resource, query, here.formats)
    ]
