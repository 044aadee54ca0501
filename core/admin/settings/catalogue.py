"""Everything below Settings, in the groups of its left column: sections, reference lists, people, the system."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from flask import request, url_for

from core.access.actor import Actor
from core.access.roles import SETTINGS_RIGHT
from core.declare import SettingsSection
from core.house import House, current_house
from core.i18n import Text, _, get_locale
from core.shell.palette import Found
from core.text import fold


@dataclass(frozen=True)
class SettingsPage:
    """A line of the left column. `words` are further texts the search finds it by, each with its place on the page."""

    label: str
    url: str
    words: Sequence[tuple[str, str]] = ()
    order: int = 50
    current: bool = False


@dataclass(frozen=True)
class SettingsGroup:
    label: str
    pages: Sequence[SettingsPage]


def groups_for(house: House, actor: Actor) -> list[SettingsGroup]:
    """The groups this person may open; the one page they are on is marked."""
    groups: dict[str, list[SettingsPage]] = {}
    for group, permission, page in _all_pages(house):
        if actor.may(*permission):
            marked = replace(
                page, current=request.path == page.url or request.path.startswith(page.url + "/")
            )
            groups.setdefault(group, []).append(marked)
    return [
        SettingsGroup(label, sorted(pages, key=lambda page: page.order)) for label, pages in groups.items()
    ]


def pages_for(actor: Actor) -> list[Found]:
    """The pages of Settings as the palette finds them."""
    return [
        Found(page.label, page.url, "settings", _("Settings"))
        for group in groups_for(current_house(), actor)
        for page in group.pages
    ]


def find_pages(house: House, actor: Actor, text: str) -> list[Found]:
    """Pages and single settings whose name holds every word of `text`."""
    words = fold(text).split()
    if not words:
        return []
    found = []
    for group in groups_for(house, actor):
        for page in group.pages:
            if all(word in fold(page.label) for word in words):
                found.append(Found(page.label, page.url, "settings", group.label))
            found += [
                Found(label, f"{page.url}#{place}", "settings", page.label)
                for label, place in page.words
                if all(word in fold(label) for word in words)
            ]
    return found


def _all_pages(house: House) -> Iterator[tuple[str, tuple[str, str], SettingsPage]]:
    """Group, the right one needs, page; groups in the order in which they shall stand."""
    edit = SETTINGS_RIGHT
    own = sorted((each for each in house.settings.values() if not each.plugin), key=lambda each: each.order)
    general = _("General")
    for section in own:
        if not str(section.group):
            yield general, edit, _section_page(section)
    root = request.script_root
    people = _("People")
    for order, (label, address) in enumerate(
        ((_("Users"), "users"), (_("Teams"), "teams"), (_("Roles and rights"), "roles"))
    ):
        yield people, ("users", "edit"), SettingsPage(label, f"{root}/settings/{address}", order=order)
    yield _("Records"), edit, SettingsPage(_("Attributes"), url_for("attributes.page"), order=5)
    yield _("Records"), edit, SettingsPage(_("Tags"), f"{root}/settings/tags", order=10)
    yield _("Records"), edit, SettingsPage(_("Assignment"), f"{root}/settings/assignment", order=15)
    yield from _plugin_pages(house)
    for section in own:
        if str(section.group):
            yield str(section.group), edit, _section_page(section)
    system = _("System")
    yield system, ("apps", "edit"), SettingsPage(_("Apps"), f"{root}/apps", order=0)
    yield system, ("apps", "edit"), SettingsPage(_("Health"), f"{root}/health", order=1)


def _plugin_pages(house: House) -> Iterator[tuple[str, tuple[str, str], SettingsPage]]:
    edit = SETTINGS_RIGHT
    for name in house.manifests:
        for declared in house.lists.values():
            if declared.plugin == name:
                url = url_for("settings.values", name=declared.name)
                yield (
                    _group(house, name, declared.section),
                    edit,
                    SettingsPage(str(declared.plural), url, order=declared.order),
                )
        for section in house.settings.values():
            if section.plugin == name:
                yield _group(house, name, section.group), edit, _section_page(section)


def _section_page(section: SettingsSection) -> SettingsPage:
    words = [(str(each.label), each.name) for each in section.settings]
    url = url_for(section.endpoint) if section.endpoint else url_for("settings.section", name=section.name)
    return SettingsPage(str(section.label), url, words, section.order)


def _group(house: House, plugin: str, given: Text) -> str:
    locale = get_locale()
    return str(given) or house.manifests[plugin].title_in(locale.language if locale else "en")
