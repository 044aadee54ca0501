"""A new plugin for its author to start from: small, whole and working."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from string import Template

from core.config import Config
from core.host.discovery import discover
from core.host.manifest import ManifestError, read_manifest
from core.host.schema.draft import draft_revision

SHIPPED = Path(__file__).resolve().parents[2] / "plugins"


def write_plugin(config: Config, name: str, folder: str | None = None, bare: bool = False) -> Path:
    """Write a plugin with one kind of record, its list, its form, its words and its first migration.

    A `bare` one has a manifest, an empty `plugin.py` and a README.

    Raises:
        ValueError: the name cannot be used, or is taken.
    """
    if discover(config).get(name) is not None:
        raise ValueError(f"There is an app called {name} already.")
    place = (Path(folder) if folder else _usual_place(config)) / name
    if place.exists():
        raise ValueError(f"{place} exists already.")
    words = name.split("_")
    noun = words[-1].removesuffix("s") or words[-1]
    texts = {
        "name": name,
        "noun": noun,
        "plural": f"{noun}s",
        "resource": f"{noun}s" if len(words) > 1 else name,
        "cls": noun.capitalize(),
        "declared": f"{noun}s".upper(),
        "title": (" ".join(words) if bare else f"{noun}s").capitalize(),
    }
    try:
        for path, text in (BARE if bare else FILES).items():
            file = place / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(Template(text.lstrip("\n")).substitute(texts), encoding="utf-8")
        read_manifest(place)
    except ManifestError as error:
        shutil.rmtree(place)
        raise ValueError(error.message) from None
    if bare:
        return place
    for language, translated in WORDS.items():
        _write_words(
            place, language, {texts["cls"]: texts["cls"], texts["title"]: texts["title"], **translated}
        )
    if place.parent in config.plugin_folders:
        draft_revision(config, name, "first tables")
    return place


def _usual_place(config: Config) -> Path:
    """Among the shipped ones where Prospecto itself is being developed, else in the installation."""
    in_development = (SHIPPED.parent / "pyproject.toml").is_file() and SHIPPED in config.plugin_folders
    return SHIPPED if in_development else config.instance / "plugins"


def _write_words(place: Path, language: str, words: Mapping[str, str]) -> None:
    """A catalogue of the words in `resources.py`, in the order that `make translations` keeps."""
    file = place / "translations" / language / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    messages = "".join(
        f'\n#: {place.name}/resources.py\nmsgid "{word}"\nmsgstr "{words[word]}"\n' for word in sorted(words)
    )
    file.write_text(CATALOGUE.lstrip("\n").replace("LANGUAGE", language) + messages, encoding="utf-8")


CATALOGUE = r"""
# Prospecto: the texts of this folder. Kept in line with the code by tools/translations.py.
#
msgid ""
msgstr ""
"Language: LANGUAGE\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"""

WORDS = {
    "es": {"Name": "Nombre", "Owner": "Responsable", "Notes": "Notas", "General": "General"},
    "fr": {"Name": "Nom", "Owner": "Responsable", "Notes": "Notes", "General": "Général"},
}
"""What a new plugin says, beside the name of its records, which only its author can translate."""

FILES = {
    "plugin.toml": """
name = "$name"
version = "0.1.0"
core = ">=0.1,<1"
category = "other"
icon = "notes"
hue = "teal"
depends = []

[title]
en = "$title"
es = "$title"
fr = "$title"

[summary]
en = "What this app is for, in one sentence."
es = "Para qué sirve esta app, en una frase."
fr = "À quoi sert cette app, en une phrase."
""",
    "__init__.py": "",
    "plugin.py": '''
"""What this plugin brings; start reading here."""

from __future__ import annotations

from core.api import ReferenceList, Resource, hookimpl
from plugins.$name.resources import $declared


@hookimpl
def register_resources() -> list[Resource | ReferenceList]:
    return [$declared]
''',
    "models.py": '''
"""Tables of this plugin; each name begins with the plugin's."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.api import Id, Model, Record


class $cls(Record, Model):
    """One $noun."""

    __tablename__ = "${name}_$noun"
    __table_args__ = (
        Index("ix_${name}_${noun}_name", "name", "id"),
        Index("ix_${name}_${noun}_owner_id", "owner_id", "id"),
    )

    name: Mapped[str] = mapped_column(String(200))
    notes: Mapped[str | None] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(Id, ForeignKey("core_user.id", ondelete="SET NULL"))
''',
    "resources.py": '''
"""What the host makes of this plugin's records: list, form, import, export, search, API."""

from __future__ import annotations

from core.api import Field, LongText, Resource, Text, UserRef, _l
from plugins.$name.models import $cls

$declared = Resource(
    name="$resource",
    model=$cls,
    label=_l("$cls"),
    plural=_l("$title"),
    icon="notes",
    hue="teal",
    fields=(
        Field("name", _l("Name"), Text(), required=True, quick=True),
        Field("owner", _l("Owner"), UserRef()),
        Field("notes", _l("Notes"), LongText(), wide=True),
    ),
    groups=(("general", _l("General")),),
    columns=("name", "owner"),
    filters=("owner",),
    search=("name", "notes"),
    owner="owner_id",
    sort="name",
)
''',
    "README.md": """
# $title

What this app is for, and what an administrator should know about it.
""",
}

BARE = {
    **{path: FILES[path] for path in ("plugin.toml", "__init__.py", "README.md")},
    "plugin.py": '''
"""What this plugin brings; each hook that it implements is a function of this file."""
''',
}
