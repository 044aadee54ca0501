"""What every plugin must hold, whoever wrote it: `check_all(name)` in a test of your own, or one check at a time.

Each check raises AssertionError with a sentence that says what to mend.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import sqlalchemy as sa

from core.db import Base
from core.host.manifest import Manifest
from core.i18n import LANGUAGES

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

    from core.config import Config
    from core.house import House
    from core.resources.declare import Action, Child, Resource, Shortcut

FACADE = {"core.api", "core.testing"}
SPRITE = Path(__file__).resolve().parents[1] / "static" / "vendor" / "icons.svg"


def check_all(name: str, *folders: Path) -> None:
    """All that follows, for the plugin of this name.

    It is switched on in an installation made for this on SQLite. `folders` are where plugins are looked for beside
    those that `PROSPECTO_PLUGINS` names.

    Raises:
        LookupError: there is no such plugin, or its `plugin.toml` cannot be used.
    """
    from core.config import load_config
    from core.host.lifecycle import enable
    from core.host.schema.draft import model_differences
    from core.testing.installation import Installation, Shape, config_for, make

    places = tuple(dict.fromkeys((*folders, *load_config().plugin_folders)))
    with TemporaryDirectory(prefix="prospecto-conformance-") as instance:
        shape = Shape(apps=(), mode="simple", plugins=places)
        config = config_for(Path(instance), shape)
        manifest = _manifest(config, name)
        check_manifest(manifest)
        check_uses_only_the_facade(manifest)
        check_imports_alone(manifest)
        differences = model_differences(config, name)
        assert not differences, f"its migrations make other tables than its models: {differences}"
        check_tables(manifest)
        make(config, shape)
        enable(config, name, by=None)
        installation = Installation(config)
        try:
            house = installation.house
            assert name in house.manifests, f"{name} cannot be built; the Apps page says why"
            check_declarations(manifest, [each for each in house.resources.values() if each.plugin == name])
            check_icons(house)
        finally:
            installation.close()
    check_translations(manifest)


def check_manifest(manifest: Manifest) -> None:
    """Its title and its summary are there in every language."""
    for what, texts in (("title", manifest.title), ("summary", manifest.summary)):
        missing = [language for language in LANGUAGES if language not in texts]
        assert not missing, f"the {what} in {manifest.name}'s plugin.toml is missing in {', '.join(missing)}"


def check_icons(house: House) -> None:
    """Every icon that the enabled plugins name is in the sprite; another is drawn as nothing."""
    drawn = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    missing = [f"{icon} ({where})" for where, icon in _icons_of(house) if icon not in drawn]
    assert not missing, (
        f"not among the icons of core/static/vendor/icons.svg, which docs/frontend.md adds to: {', '.join(missing)}"
    )


def python_files(manifest: Manifest) -> list[Path]:
    """The plugin's own modules."""
    return [path for path in sorted(Path(manifest.folder).rglob("*.py")) if "migrations" not in path.parts]


def check_imports_alone(manifest: Manifest) -> None:
    """Its modules import in a fresh interpreter, without the app and without the plugins it does not depend on."""
    place = str(Path(manifest.folder).parent)
    for module in ("models", "plugin"):
        if (Path(manifest.folder) / f"{module}.py").exists():
            code = f"import core.models, plugins; plugins.__path__.append({place!r}); import {manifest.package}.{module}"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, (
                f"{manifest.package}.{module} cannot be imported alone:\n{done.stderr}"
            )


def check_uses_only_the_facade(manifest: Manifest) -> None:
    """It imports nothing of the host but `core.api`, and of other plugins only those its manifest names."""
    needed = {need.name for need in (*manifest.depends, *manifest.optional)} | {manifest.name}
    for path in python_files(manifest):
        for name in _imported(path):
            if name == "core" or name.startswith("core."):
                allowed = any(name == each or name.startswith(f"{each}.") for each in FACADE)
                assert allowed, f"{path.name} imports {name}; plugins import core.api only"
            if name.startswith("plugins."):
                other = name.split(".")[1]
                assert other in needed, (
                    f"{path.name} imports {name}, but {manifest.name} does not depend on {other}"
                )


def check_tables(manifest: Manifest) -> None:
    """Its tables begin with its name, and each foreign key says what happens when the row it points at goes."""
    for table in tables_of(manifest):
        assert table.name.startswith(f"{manifest.name}_"), f"{table.name} should be called {manifest.name}_…"
        for key in table.foreign_keys:
            assert key.ondelete, f"{table.name}.{key.parent.name} has no ondelete"


def check_translations(manifest: Manifest) -> None:
    """Every sentence it shows is there in every language, with the same placeholders."""
    folder = Path(manifest.folder) / "translations"
    wanted = sentences_of(Path(manifest.folder))
    for language in (code for code in LANGUAGES if code != "en"):
        catalog = catalogue_of(folder, language)
        for sentence in sorted(wanted):
            message = catalog.get(sentence) if catalog is not None else None
            texts = texts_of(message)
            assert texts and all(texts), f"{manifest.name}: “{sentence}” is not translated into {language}"
            for text in texts:
                assert set(placeholders(text)) <= set(placeholders(sentence)) | {"%(num)s", "%(num)d"}, (
                    f"{manifest.name}: “{text}” ({language}) has other placeholders than “{sentence}”"
                )


def check_declarations(manifest: Manifest, resources: list[Resource]) -> None:
    """Each column, filter, search attribute and sort it declares exists on its model."""
    for resource in resources:
        columns = {column.key for column in sa.inspect(resource.model).column_attrs}
        extra = {each.name for each in resource.extra_columns} | {
            each.name for each in resource.extra_filters
        }
        for field in resource.fields:
            if field.side is None:
                for attribute in field.kind.attributes(field):
                    assert attribute in columns, (
                        f"{resource.name}.{field.name} is kept in {attribute}, which is no column"
                    )
        columns_of_fields = (part for name in resource.columns for part in name.split("+"))
        for name in (*columns_of_fields, *resource.filters, *resource.quick_filters, resource.title):
            assert resource.has_field(name) or name in extra, (
                f"{resource.name} names a field {name} it has not"
            )
        board = resource.board
        for name in (
            *(name for ask in (resource.path.asks.values() if resource.path else ()) for name in ask.fields),
            *(name for shortcut in resource.shortcuts for name in shortcut.fields),
            *((board.sum, board.fact, board.age) if board else ()),
        ):
            assert not name or resource.has_field(name), f"{resource.name} names a field {name} it has not"
        assert board is None or resource.path is not None, f"{resource.name} has a board but no path"
        if resource.path is not None and (within := resource.path.within):
            names = [field.name for field in resource.fields]
            assert within in names[: names.index(resource.path.field)], (
                f"{resource.name} reads {resource.path.field} within {within}, which must stand before it"
            )
            assert getattr(resource.field(resource.path.field).kind, "within", "") == within, (
                f"{resource.name}.{resource.path.field} is a Reference within {within}, as its path says"
            )
        for attribute in resource.search:
            assert attribute in columns, f"{resource.name} searches {attribute}, which is no column"
        indexed = {next(iter(index.expressions)).name for index in resource.model.__table__.indexes} | {"id"}
        sort = resource.sort.lstrip("-")
        assert sort in indexed, f"{resource.name} is sorted by {sort}, which no index begins with"


def texts_of(message: Message | None) -> list[str]:
    """What a message is translated to, in each number; nothing where it is missing."""
    if message is None or not message.string:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def catalogue_of(folder: Path, language: str) -> Catalog | None:
    """What a folder of translations has in a language."""
    from babel.messages.pofile import read_po

    path = folder / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file)


def tables_of(manifest: Manifest) -> list[sa.Table]:
    """The tables its models map."""
    return [
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.split(".models")[0] == manifest.package
        and isinstance(mapper.local_table, sa.Table)
    ]


def sentences_of(folder: Path) -> set[str]:
    """Every message id in the Python files and templates under a folder (plural forms by their singular)."""
    from babel.messages.extract import extract_from_dir

    keywords = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2)}
    methods = [
        ("**/vendor/**", "ignore"),
        ("**.py", "python"),
        ("**/templates/**.html", "jinja2"),
        ("**/templates/**.txt", "jinja2"),
    ]
    found: set[str] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(folder),
        method_map=methods,
        keywords=keywords,
        options_map={"**/templates/**.html": {"extensions": "jinja2.ext.do"}},
    ):
        found.add(message[0] if isinstance(message, tuple) else message)
    return found


def placeholders(text: str) -> list[str]:
    return re.findall(r"%\([a-z_0-9]+\)[sd]", text)


def _manifest(config: Config, name: str) -> Manifest:
    """The plugin of this name, as it is found."""
    from core.host.discovery import discover

    catalogue = discover(config)
    found = catalogue.get(name)
    if found is None:
        reason = next(
            (each.reason for each in catalogue.broken if each.name == name), "there is no such plugin"
        )
        raise LookupError(f"{name}: {reason} (looked in {', '.join(map(str, config.plugin_folders))})")
    return found


def _icons_of(house: House) -> Iterator[tuple[str, str]]:
    """What names an icon, and the icon."""
    for manifest in house.manifests.values():
        yield f"plugin.toml of {manifest.name}", manifest.icon
    for item in house.menu:
        yield f"menu entry {item.name}", item.icon
    for kind in house.notifications.values():
        yield f"notification {kind.name}", kind.icon
    for resource in house.resources.values():
        yield resource.name, resource.icon
        parts: tuple[Action | Shortcut | Child, ...] = (
            *resource.actions,
            *resource.shortcuts,
            *resource.children,
        )
        for part in parts:
            yield f"{resource.name}.{part.name}", part.icon
        for action, _sentence, icon in resource.happenings:
            yield f"{resource.name}.{action}", icon
    if house.hooks.has("register_reports"):
        for _plugin, reports in house.hooks.each("register_reports"):
            for report in reports:
                yield f"report {report.name}", report.icon


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            if node.module in ("core", "plugins"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
