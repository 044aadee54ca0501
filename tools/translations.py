"""The catalogues of the languages: collect texts from the code, compile what was translated, say what was not.

usage: python tools/translations.py update|compile|check

The host has one folder of catalogues and each plugin has its own, so that a plugin takes its words with it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("es", "fr")
"""Translated languages; English is what stands in the code."""

KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
METHODS = [
    ("**/static/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
HEADER = "# PROJECT: the texts of this folder. Kept in line with the code by tools/translations.py.\n#"
"""What stands over each catalogue."""

UNSAID = tuple(
    f'"{name}:'.encode()
    for name in (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Last-Translator",
        "Language-Team",
        "Report-Msgid-Bugs-To",
    )
)
"""Lines of the head of a catalogue that say nothing here."""


def main(arguments: list[str]) -> int:
    commands = {"update": update, "compile": compile_all, "check": check}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(__doc__)
        return 2
    return commands[arguments[0]]()


def update() -> int:
    """Bring every catalogue in line with the texts that the code holds now; translations are kept."""
    for part in parts():
        template = texts_of(part)
        for language in LANGUAGES:
            path = part / "translations" / language / "LC_MESSAGES" / "messages.po"
            catalog = read(path, language)
            catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
            catalog.obsolete.clear()
            path.parent.mkdir(parents=True, exist_ok=True)
            write_if_changed(path, po_bytes(catalog))
    return 0


def compile_all() -> int:
    """Write the .mo beside each .po; they are what the running program reads."""
    for path in po_files():
        content = BytesIO()
        write_mo(content, read(path, path.parts[-3]))
        write_if_changed(path.with_suffix(".mo"), content.getvalue())
    return 0


def check() -> int:
    """List what has no translation, and what has another one in another catalogue; 1 if there is any.

    All catalogues make one at run time, so that which of two translations is read would hang on which apps are on.
    """
    open_texts = 0
    known: dict[tuple[str, object], object] = {}
    for path in po_files():
        catalog = read(path, path.parts[-3])
        missing = [
            message for message in catalog if message.id and (message.fuzzy or not is_whole(message.string))
        ]
        for message in missing:
            print(f"{path.relative_to(ROOT)}: not translated: {message.id!r}")
        for message in catalog:
            said = known.setdefault((path.parts[-3], message.id), message.string)
            if message.id and said != message.string:
                print(f"{path.relative_to(ROOT)}: elsewhere {said!r}: {message.id!r}")
                open_texts += 1
        open_texts += len(missing)
    print(f"{open_texts} texts are not translated alike." if open_texts else "Every text is translated.")
    return 1 if open_texts else 0


def is_whole(translation: object) -> bool:
    return all(translation) if isinstance(translation, (list, tuple)) else bool(translation)


def parts() -> list[Path]:
    """The folders that have catalogues of their own: the host and each plugin."""
    return [ROOT / "core", *sorted(manifest.parent for manifest in (ROOT / "plugins").glob("*/plugin.toml"))]


def po_files() -> Iterator[Path]:
    for part in parts():
        yield from sorted((part / "translations").glob("*/LC_MESSAGES/messages.po"))


def texts_of(part: Path) -> Catalog:
    template = Catalog(project="Prospecto", copyright_holder="Prospecto contributors")
    found = extract_from_dir(
        part,
        METHODS,
        keywords=KEYWORDS,
        comment_tags=("L10N:",),
        options_map={"**/templates/**.html": {"silent": "false"}},
    )
    for filename, line, text, comments, context in found:
        template.add(text, None, [(f"{part.name}/{filename}", line)], auto_comments=comments, context=context)
    return template


def read(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(
            locale=language, project="Prospecto", copyright_holder="Prospecto contributors", fuzzy=False
        )
    with path.open("rb") as source:
        return read_po(source, locale=language)


def po_bytes(catalog: Catalog) -> bytes:
    """A catalogue as text without dates, people and line numbers, so that a diff shows words only."""
    catalog.header_comment = HEADER
    content = BytesIO()
    write_po(content, catalog, width=110, sort_output=True, include_lineno=False, omit_header=False)
    return b"".join(
        line for line in content.getvalue().splitlines(keepends=True) if not line.startswith(UNSAID)
    )


def write_if_changed(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
