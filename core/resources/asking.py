"""What a plugin's own form asks: fields of its own, and the filters of a list inside it; for the pages of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from core.access.actor import actor_of
from core.db import db
from core.house import current_house
from core.i18n import Text
from core.resources.declare import Field, Resource
from core.resources.kept_filter import shown_conditions

if TYPE_CHECKING:
    from core.resources.pages.filter_form import FilterChoice
    from core.resources.pages.forms import RecordForm
    from core.resources.pages.here import Here


def ask_fields(
    resource: Resource,
    fields: Sequence[Field],
    values: Mapping[str, Any],
    *,
    prefix: str,
    said: Mapping[str, Any] | None = None,
    problems: Mapping[str, Text] | None = None,
) -> RecordForm:
    """Inputs of fields that are no resource's, in the form of a rule about this one; names begin with `prefix`."""
    from core.resources.pages.loose import inputs_for  # the pages themselves are imported with the app

    return inputs_for(_here(resource), fields, values, prefix=prefix, said=said, problems=problems)


def sent_fields(fields: Sequence[Field], *, prefix: str) -> dict[str, Any]:
    """What such inputs brought with the request, as typed, by field."""
    from core.resources.pages.loose import sent_for

    return sent_for(fields, prefix=prefix)


def ask_filters(
    resource: Resource, query: str = "", *, sent: Mapping[str, Sequence[str]] | None = None
) -> list[FilterChoice]:
    """The filters of a list for the form of a rule, filled in from its kept query, or as they were sent."""
    from core.resources.criteria import read_conditions
    from core.resources.pages.filter_form import choices_for_rule

    here = _here(resource)
    given = (
        shown_conditions(resource, query, here.formats) if sent is None else read_conditions(resource, sent)
    )
    return choices_for_rule(here, given)


def filter_phrases(resource: Resource, query: str) -> list[str]:
    """A kept filter in words, a phrase for each condition: “City: “Caracas””."""
    from core.resources.pages.filter_form import filter_words

    return filter_words(_here(resource), query)


def query_args(query: str) -> dict[str, list[str]]:
    """The arguments in a list's query, as a URL has them."""
    return parse_qs(query.lstrip("?"))


def _here(resource: Resource) -> Here:
    from core.resources.pages.here import Here

    session = db.session()
    return Here(resource, current_house(), session, actor_of(session))  # type: ignore[arg-type]
