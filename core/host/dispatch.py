"""Calling hooks: every implementation under its own guard, so that one plugin's error neither hides nor hurts another."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import pluggy

from core.host import hookspecs
from core.host.faults import PluginError
from core.host.markers import PROJECT
from core.house import Notice

log = logging.getLogger("prospecto.plugins")

NOTICES_KEPT = 100


class Hooks:
    """The hooks of one app: a pluggy manager of its own with the enabled plugins, in dependency order.

    `each` is for what may be left out when it fails, `strict` for what must not. In strict mode both raise.
    """

    def __init__(self, strict: bool = False) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._implementations: dict[str, tuple[pluggy.HookImpl, ...]] = {}
        self._raise_all = strict
        self._noticed: set[tuple[str, str]] = set()
        self.notices: list[Notice] = []

    def publish(self, plugin: str, module: ModuleType) -> None:
        """Add the hooks that a plugin publishes to others (its `hookspecs` module)."""
        try:
            self._manager.add_hookspecs(module)
        except ValueError as error:
            raise PluginError(plugin, "hookspecs", error) from error

    def register(self, plugin: str, module: ModuleType) -> None:
        """Add the hook implementations of a plugin (its `plugin` module). After `publish` of all of them."""
        try:
            self._manager.register(module, plugin)
            for caller in self._manager.get_hookcallers(module) or ():
                self._check(plugin, caller)
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(plugin, "hooks", error) from error

    def has(self, name: str) -> bool:
        """Whether anybody implements this hook."""
        return bool(self._of(name))

    def each(self, name: str, /, **given: Any) -> Iterator[tuple[str, Any]]:
        """Plugin and value of every implementation; one that fails is logged, noticed and left out."""
        for implementation in self._of(name):
            try:
                value = _call(implementation, given)
            except Exception as error:  # the guard around a plugin
                self.failed(implementation.plugin_name, name, error)
                continue
            if value is not None:
                yield implementation.plugin_name, value

    def strict(self, name: str, /, **given: Any) -> Iterator[tuple[str, Any]]:
        """Like `each`, but the first failure ends it; `Refused` and `NotValid` pass through, for they are answers.

        Raises:
            PluginError: an implementation failed; names its plugin.
        """
        for implementation in self._of(name):
            try:
                value = _call(implementation, given)
            except Exception as error:  # the guard around a plugin
                if _is_answer(error):
                    raise
                raise PluginError(implementation.plugin_name, name, error) from error
            if value is not None:
                yield implementation.plugin_name, value

    def first(self, name: str, /, **given: Any) -> Any:
        """The first value that is not None; implementations that fail are left out."""
        return next((value for _plugin, value in self.each(name, **given)), None)

    def of_plugin(self, plugin: str, name: str, /, **given: Any) -> Any:
        """The value of one plugin's implementation (its own life); None where it has none.

        Raises:
            PluginError: it failed.
        """
        for implementation in self._of(name):
            if implementation.plugin_name == plugin:
                try:
                    return _call(implementation, given)
                except Exception as error:  # the guard around a plugin
                    raise PluginError(plugin, name, error) from error
        return None

    def failed(self, plugin: str, at: str, error: BaseException) -> None:
        """Log and notice, once per plugin and place, that something of a plugin failed and was left out."""
        if self._raise_all:
            raise PluginError(plugin, at, error) from error
        log.error("plugin %s failed at %s", plugin, at, exc_info=error)
        if (plugin, at) not in self._noticed and len(self.notices) < NOTICES_KEPT:
            self._noticed.add((plugin, at))
            trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            self.notices.append(Notice(plugin, f"{at}: {type(error).__name__}: {error}"[:300], trace[-8000:]))

    def _of(self, name: str) -> Sequence[pluggy.HookImpl]:
        found = self._implementations.get(name)
        if found is None:
            caller: pluggy.HookCaller | None = getattr(self._manager.hook, name, None)
            if caller is None or not caller.has_spec():  # without: only optional ones, their publisher is off
                found = ()
            else:
                found = tuple(sorted(caller.get_hookimpls(), key=_rank))
            self._implementations[name] = found
        return found

    @staticmethod
    def _check(plugin: str, caller: pluggy.HookCaller) -> None:
        for implementation in caller.get_hookimpls():
            if implementation.plugin_name != plugin:
                continue
            if implementation.hookwrapper or implementation.wrapper:
                raise ValueError(f"{caller.name} is a wrapper; implementations stand side by side here")
            if not caller.has_spec() and not implementation.optionalhook:
                raise ValueError(
                    f"there is no hook {caller.name}; one of another plugin needs optionalhook=True"
                )


def _call(implementation: pluggy.HookImpl, given: dict[str, Any]) -> Any:
    return implementation.function(*[given[name] for name in implementation.argnames])


def _is_answer(error: Exception) -> bool:
    from core.resources.context import (
        Refused,  # late: the host's own pages and commands do without the fields
    )
    from core.resources.write import NotValid

    return isinstance(error, (Refused, NotValid))


def _rank(implementation: pluggy.HookImpl) -> int:
    """Order of registration, but `tryfirst` before and `trylast` after; pluggy's own lists run the other way."""
    return -1 if implementation.tryfirst else 1 if implementation.trylast else 0
