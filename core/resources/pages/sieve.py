"""The filters of a list for an app's own page that is narrowed by them: what there is, its inputs, its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.house import House
from core.i18n import Text
from core.resources.criteria import Condition
from core.resources.declare import Resource
from core.resources.pages.filter_inputs import inputs_of
from core.resources.pages.filters import filter_names, label_of, words_of
from core.resources.pages.here import Here
from core.resources.pages.tabs import tabs_of
from core.resources.query import ListQuery


def filters_of(resource: Resource) -> list[str]:
    """The names of all filters that the list of a resource offers."""
    return filter_names(resource)


@dataclass(frozen=True)
class Sieve:
    """The filters of a list as somebody sees them."""

    resource: Resource
    house: House
    session: Session
    actor: Actor

    @property
    def _here(self) -> Here:
        return Here(self.resource, self.house, self.session, self.actor)

    def label(self, name: str) -> Text:
        return label_of(self.resource, name)

    def words(self, conditions: Sequence[Condition]) -> str:
        """Conditions as a person reads them: “Open, New · from 01/11/2026”."""
        return " · ".join(words_of(self._here, each) for each in conditions)

    def inputs(self, name: str, conditions: Sequence[Condition]) -> Markup:
        """What stands in the menu of a filter, filled in."""
        return inputs_of(self._here, name, list(conditions))

    def views(self) -> list[tuple[Text, Mapping[str, tuple[str, ...]]]]:
        """The views of the list, shipped and saved, and what each narrows to: key of the address → values."""
        found: list[tuple[Text, Mapping[str, tuple[str, ...]]]] = []
        for tab in tabs_of(self._here, ListQuery()):
            narrowing = {each.key: each.values for each in tab.query.conditions}
            if tab.query.q:
                narrowing["q"] = (tab.query.q,)
            found.append((tab.label, narrowing))
        return found
