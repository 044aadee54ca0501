"""Addresses that are compiled once for the process, however many apps it builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, url_for
from werkzeug.routing import IntegerConverter, Map, Rule

from core.house import EXTENSION

LARGEST_ID = 2**63 - 1
"""No database of ours counts further."""

_compiled: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


class RememberedRule(Rule):
    """A rule whose address builder is taken from an earlier app of the process that had the same rule.

    Compiling them is three quarters of building an app. Should Werkzeug come to compile them otherwise, this is not
    called, and only slower.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple(sorted((name, repr(value)) for name, value in (self.defaults or {}).items()))
        key = (self.rule, self.subdomain, self.host, defaults, append_unknown)
        if key not in _compiled:
            _compiled[key] = super()._compile_builder(append_unknown)
        return _compiled[key]


class IdConverter(IntegerConverter):
    """`<int:id>`: a number that a row may have; larger ones are addresses that there are not."""

    def __init__(
        self,
        map: Map,
        fixed_digits: int = 0,
        min: int | None = None,
        max: int | None = LARGEST_ID,
        signed: bool = False,
    ) -> None:
        super().__init__(map, fixed_digits, min, max, signed)


class App(Flask):
    """A Flask app that is quick to build again."""

    url_rule_class = RememberedRule

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        self.url_map.converters["int"] = IdConverter


def public_address(endpoint: str, **values: Any) -> str:
    """The whole address of a page, as a mail names it.

    A visitor chooses the request's `Host`; where the operator has said the address, a link leads nowhere else.
    """
    known = current_app.extensions[EXTENSION].config.public_url
    if known:
        return str(known) + url_for(endpoint, _external=False, **values)
    return url_for(endpoint, _external=True, **values)


def id_of(text: str) -> int:
    """The id or row number that an argument of a URL means. Raises ValueError where no row can have it."""
    number = int(text)
    if not 0 <= number <= LARGEST_ID:
        raise ValueError(text[:20])
    return number
