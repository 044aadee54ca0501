"""Addresses that are compiled once for the process, however many apps it builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Flask, current_app, url_for
from werkzeug.routing import BaseConverter, IntegerConverter, Map, Rule

from core.house import EXTENSION

LARGEST_ID = 2**63 - 1
"""No database of ours counts further."""


class Compiled(NamedTuple):
    """What a rule is compiled to. Nothing of it is ever changed, nor does it know the app."""

    parts: list[Any]
    trace: list[tuple[bool, str]]
    converters: dict[str, BaseConverter]
    arguments: frozenset[str]
    build: Callable[..., tuple[str, str]]
    build_unknown: Callable[..., tuple[str, str]]


_compiled: dict[tuple[Any, ...], Compiled] = {}


class RememberedRule(Rule):
    """A rule that is compiled as in an earlier app of the process that had the same rule.

    Compiling them is three quarters of building an app.
    """

    def compile(self) -> None:
        assert self.map is not None
        defaults = tuple(sorted((name, repr(value)) for name, value in (self.defaults or {}).items()))
        converters = frozenset(self.map.converters.items())
        key = (self.rule, self.subdomain, self.host, self.merge_slashes, defaults, converters)
        known = _compiled.get(key)
        if known is None:
            super().compile()
            _compiled[key] = Compiled(
                self._parts,
                self._trace,
                self._converters,
                frozenset(self.arguments),
                self._build.__func__,  # type: ignore[attr-defined]
                self._build_unknown.__func__,  # type: ignore[attr-defined]
            )
            return
        self._parts, self._trace, self._converters = known.parts, known.trace, known.converters
        self.arguments |= known.arguments
        self._build = known.build.__get__(self, None)
        self._build_unknown = known.build_unknown.__get__(self, None)


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
