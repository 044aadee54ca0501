"""`plugin.toml`: what a plugin says of itself, read without importing any of its code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.host.versions import Range, parse_version
from core.i18n import LANGUAGES

FILE_NAME = "plugin.toml"
CATEGORIES = ("sales", "capture", "analysis", "admin", "other")
HUES = ("slate", "blue", "cyan", "teal", "green", "lime", "amber", "orange", "red", "pink", "violet", "brown")
RESERVED_NAMES = frozenset({"core", "plugins", "static", "css", "js", "img", "vendor"})

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_DEPENDENCY = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(.*)")
_REQUIRED = frozenset({"name", "title", "version", "summary"})
_KNOWN = _REQUIRED | {"core", "depends", "optional", "category", "icon", "hue", "author", "demo"}


class ManifestError(ValueError):
    """A `plugin.toml` that cannot be used; says the file, the key and what it should be."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


@dataclass(frozen=True)
class Dependency:
    """Another plugin this one needs (or, when optional, works with), and which versions of it."""

    name: str
    versions: Range = field(default_factory=Range)

    def __str__(self) -> str:
        return f"{self.name}{self.versions}"


@dataclass(frozen=True)
class Manifest:
    """One plugin as its `plugin.toml` describes it.

    `package` is where its code is imported from: `plugins.<name>`, or the package an entry point names.
    `demo` is the function that fills a demonstration, as `module:function` below the package.
    """

    name: str
    title: Mapping[str, str]
    version: str
    summary: Mapping[str, str]
    folder: Path
    package: str
    core: Range = field(default_factory=Range)
    depends: tuple[Dependency, ...] = ()
    optional: tuple[Dependency, ...] = ()
    category: str = "other"
    icon: str = "puzzle"
    hue: str = "slate"
    author: str = ""
    demo: str = ""

    def title_in(self, language: str) -> str:
        return _in_language(self.title, language)

    def summary_in(self, language: str) -> str:
        return _in_language(self.summary, language)

    @property
    def is_shipped(self) -> bool:
        """Comes with Prospecto, not from somebody else."""
        return self.folder.parent == Path(__file__).resolve().parent.parent.parent / "plugins"

    def has_module(self, name: str) -> bool:
        """Whether the plugin has a module (or a package) of this name; nothing is imported to find out."""
        return (self.folder / f"{name}.py").is_file() or (self.folder / name / "__init__.py").is_file()


def read_manifest(folder: Path, package: str = "") -> Manifest:
    """The manifest in this folder; unchanged files are read once per process.

    Raises:
        ManifestError: it is missing, unreadable, or a key is absent, unknown or wrong.
    """
    path = folder / FILE_NAME
    try:
        stat = path.stat()
        seen = (stat.st_mtime_ns, stat.st_size, package)
        known = _read.get(path)
        if known is not None and known[0] == seen:
            return known[1]
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ManifestError(path, "there is no such file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ManifestError(path, f"cannot be read: {error}") from None
    manifest = _check(path, content, package)
    _read[path] = (seen, manifest)
    return manifest


_read: dict[Path, tuple[tuple[int, int, str], Manifest]] = {}


def _check(path: Path, content: Mapping[str, Any], package: str) -> Manifest:
    if missing := sorted(_REQUIRED - content.keys()):
        raise ManifestError(path, f"needs {', '.join(missing)}")
    if unknown := sorted(content.keys() - _KNOWN):
        raise ManifestError(
            path, f"does not know {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN))}"
        )
    texts = {
        key: _text(path, content, key)
        for key in ("name", "version", "core", "category", "icon", "hue", "author", "demo")
    }
    name = texts["name"]
    if not _NAME.fullmatch(name) or name in RESERVED_NAMES:
        raise ManifestError(path, f"name = {name!r}: lower-case words between underscores, as in crm_leads")
    if not package and name != path.parent.name:
        raise ManifestError(path, f"name = {name!r}, but its folder is called {path.parent.name!r}")
    _one_of(path, "category", texts["category"], CATEGORIES)
    _one_of(path, "hue", texts["hue"], HUES)
    try:
        parse_version(texts["version"])
        core = Range(texts["core"])
    except ValueError as error:
        raise ManifestError(path, str(error)) from None
    return Manifest(
        name=name,
        title=_languages(path, content, "title"),
        version=texts["version"],
        summary=_languages(path, content, "summary"),
        folder=path.parent,
        package=package or f"plugins.{name}",
        core=core,
        depends=_dependencies(path, content, "depends", name),
        optional=_dependencies(path, content, "optional", name),
        category=texts["category"] or "other",
        icon=texts["icon"] or "puzzle",
        hue=texts["hue"] or "slate",
        author=texts["author"],
        demo=texts["demo"],
    )


def _text(path: Path, content: Mapping[str, Any], key: str) -> str:
    value = content.get(key, "")
    if not isinstance(value, str):
        raise ManifestError(path, f"{key} must be a text")
    return value.strip()


def _one_of(path: Path, key: str, value: str, choices: tuple[str, ...]) -> None:
    if value and value not in choices:
        raise ManifestError(path, f"{key} = {value!r}: one of {', '.join(choices)}")


def _languages(path: Path, content: Mapping[str, Any], key: str) -> Mapping[str, str]:
    value = content[key]
    if isinstance(value, str) and value.strip():
        return {"en": value.strip()}
    if not isinstance(value, dict) or not all(
        isinstance(text, str) and text.strip() for text in value.values()
    ):
        raise ManifestError(path, f"{key} must be a text, or a table of texts by language")
    if "en" not in value:
        raise ManifestError(path, f"{key} needs at least the language en")
    if strange := sorted(value.keys() - LANGUAGES.keys()):
        raise ManifestError(path, f"{key} is in {', '.join(strange)}; languages are {', '.join(LANGUAGES)}")
    return dict(value)


def _dependencies(path: Path, content: Mapping[str, Any], key: str, name: str) -> tuple[Dependency, ...]:
    value = content.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ManifestError(path, f'{key} must be a list of texts, as in ["crm_clients>=1.0"]')
    found = []
    for each in value:
        match = _DEPENDENCY.fullmatch(each)
        if match is None or match[1] == name:
            raise ManifestError(path, f"{key}: {each!r} names no other plugin")
        try:
            found.append(Dependency(match[1], Range(match[2].strip())))
        except ValueError as error:
            raise ManifestError(path, f"{key}: {error}") from None
    return tuple(found)


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts["en"]
