"""Addresses that are compiled once for the process, however many apps it builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

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


class App(Flask):
    """A Flask app that is quick to build again."""

    url_rule_class = RememberedRule
