"""Collecting what the enabled plugins declare into the house, once per build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Flask

from core.host.faults import PluginError
from core.house import House
from core.records.following import followed_filter
from core.records.touching import LAST_TOUCH, touched_fields, untouched_filters
from core.resources.declare import ReferenceList, Resource


def set_up(app: Flask, house: House) -> None:
    """Ask every registering hook, then let plugins extend each other's resources.

    Raises:
        PluginError: a registration failed or clashes with another; its plugin is to be quarantined.
    """
    for plugin, item in _declared(house, "register_resources"):
        if isinstance(item, Resource):
            _add(plugin, "register_resources", house.resources, replace(item, plugin=plugin))
        elif isinstance(item, ReferenceList):
            _add(plugin, "register_resources", house.lists, replace(item, plugin=plugin))
        else:
            raise PluginError(
                plugin, "register_resources", TypeError(f"{item!r} is no Resource or ReferenceList")
            )
    for plugin, blueprint in _declared(house, "register_blueprints"):
        _register_blueprint(app, plugin, blueprint)
    house.menu.extend(item for _plugin, item in _declared(house, "register_menu"))
    house.permissions.extend(item for _plugin, item in _declared(house, "register_permissions"))
    for plugin, section in _declared(house, "register_settings"):
        _add(plugin, "register_settings", house.settings, replace(section, plugin=plugin))
    for plugin, job in _declared(house, "register_jobs"):
        _add(plugin, "register_jobs", house.jobs, replace(job, plugin=plugin))
    for plugin, errand in _declared(house, "register_errands"):
        _add(plugin, "register_errands", house.errands, replace(errand, plugin=plugin))
    for plugin, kind in _declared(house, "register_notifications"):
        _add(plugin, "register_notifications", house.notifications, replace(kind, plugin=plugin))
    house.commands.extend(item for _plugin, item in _declared(house, "register_commands"))
    for name, resource in house.resources.items():
        house.resources[name] = _extended(house, resource)


def _declared(house: House, hook: str) -> Iterator[tuple[str, Any]]:
    """Plugin and item, for every item of every plugin's list."""
    for plugin, items in house.hooks.strict(hook):
        try:
            found = list(items)
        except Exception as error:  # the guard around a plugin, whose list may be lazy
            raise PluginError(plugin, hook, error) from error
        for item in found:
            yield plugin, item


def _add(plugin: str, hook: str, place: dict[str, Any], item: Any) -> None:
    if item.name in place:
        taken = ValueError(
            f"the name {item.name!r} is taken by {getattr(place[item.name], 'plugin', '') or 'the host'}"
        )
        raise PluginError(plugin, hook, taken)
    place[item.name] = item


def _register_blueprint(app: Flask, plugin: str, blueprint: Any) -> None:
    try:
        if blueprint.name != plugin and not blueprint.name.startswith(f"{plugin}_"):
            raise ValueError(
                f"the blueprint {blueprint.name!r} should be called {plugin!r} or {plugin + '_…'!r}"
            )
        app.register_blueprint(blueprint)
    except Exception as error:  # the guard around a plugin: registering runs its deferred functions
        raise PluginError(plugin, "register_blueprints", error) from error


def _extended(house: House, resource: Resource) -> Resource:
    """The resource with everything that plugins add to it; an extension that fails is left out and noticed."""
    fields, columns, filters, panels, actions, strands = (
        tuple(_additions(house, hook, resource))
        for hook in (
            "extend_form",
            "extend_columns",
            "extend_filters",
            "extend_detail",
            "extend_actions",
            "extend_timeline",
        )
    )
    filters = (followed_filter(resource), *untouched_filters(house, resource), *filters)
    fields = (*touched_fields(house, resource), *fields)
    return replace(
        resource,
        fields=resource.fields + fields,
        filters=(*resource.filters, *(each.name for each in fields if each.name == LAST_TOUCH)),
        extra_columns=resource.extra_columns + columns,
        extra_filters=resource.extra_filters + filters,
        panels=resource.panels + panels,
        actions=resource.actions + actions,
        strands=resource.strands + strands,
    )


def _additions(house: House, hook: str, resource: Resource) -> Iterator[Any]:
    taken = {each.name for each in resource.fields} if hook == "extend_form" else set()
    for plugin, items in house.hooks.each(hook, resource=resource):
        try:
            found = list(items)
            if clash := sorted(taken & {each.name for each in found}):
                raise ValueError(f"{resource.name} has the field {', '.join(clash)} already")
        except Exception as error:  # the guard around a plugin, whose list may be lazy
            house.hooks.failed(plugin, hook, error)
            continue
        taken |= {each.name for each in found} if hook == "extend_form" else set()
        yield from found
