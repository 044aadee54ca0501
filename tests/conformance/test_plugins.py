"""Every shipped plugin holds what the conformance suite asks, and the core holds it too where it applies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from core.config import load_config
from core.declare import MenuItem
from core.host.discovery import discover
from core.host.manifest import Manifest
from core.resources.declare import Resource
from core.testing import conformance
from core.testing.installation import Installation

SHIPPED = tuple(discover(load_config({})).manifests.values())


@pytest.fixture(params=SHIPPED, ids=lambda manifest: manifest.name)
def manifest(request: pytest.FixtureRequest) -> Manifest:
    found: Manifest = request.param
    return found


def some_value(converter: BaseConverter) -> object:
    """What may stand in an address for this variable."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 1 if isinstance(converter, IntegerConverter) else "x"


def test_it_imports_alone(manifest: Manifest) -> None:
    conformance.check_imports_alone(manifest)


def test_it_uses_only_the_facade(manifest: Manifest) -> None:
    conformance.check_uses_only_the_facade(manifest)


def test_its_tables_are_named_and_keyed_as_they_should(
    manifest: Manifest, sqlite_installation: Installation
) -> None:
    conformance.check_tables(manifest)


def test_what_it_declares_exists(manifest: Manifest, sqlite_installation: Installation) -> None:
    own = [
        each
        for each in sqlite_installation.house.resources.values()
        if isinstance(each, Resource) and each.plugin == manifest.name
    ]
    conformance.check_declarations(manifest, own)


def test_every_icon_is_in_the_sprite(sqlite_installation: Installation) -> None:
    conformance.check_icons(sqlite_installation.house)


def test_an_icon_that_is_not_drawn_is_named(sqlite_installation: Installation) -> None:
    house = replace(
        sqlite_installation.house, menu=[MenuItem("visits", "Visits", "visits.page", icon="no-such-icon")]
    )
    with pytest.raises(AssertionError, match=r"no-such-icon \(menu entry visits\)"):
        conformance.check_icons(house)


def test_its_title_is_in_every_language(manifest: Manifest) -> None:
    conformance.check_manifest(manifest)


def test_it_speaks_three_languages(manifest: Manifest) -> None:
    conformance.check_translations(manifest)


def test_the_core_speaks_three_languages() -> None:
    core = Path(conformance.__file__).resolve().parent.parent
    wanted = conformance.sentences_of(core)
    assert len(wanted) > 300
    for language in ("es", "fr"):
        catalog = conformance.catalogue_of(core / "translations", language)
        assert catalog is not None
        for sentence in sorted(wanted):
            texts = conformance.texts_of(catalog.get(sentence))
            assert texts and all(texts), f"“{sentence}” is not translated into {language}"
            for text in texts:
                assert set(conformance.placeholders(text)) <= set(conformance.placeholders(sentence)) | {
                    "%(num)s",
                    "%(num)d",
                }


def test_every_page_refuses_the_anonymous(sqlite_installation: Installation) -> None:
    from core.switchboard import SWITCHBOARD

    inner = sqlite_installation.app.extensions[SWITCHBOARD].current()
    nobody = sqlite_installation.browser(None)
    allowed = {"/healthz", "/sign-in", "/api/v1/openapi.json"}
    open_pages = []
    for rule in inner.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint.endswith("static"):
            continue
        values = {name: some_value(converter) for name, converter in rule._converters.items()}
        address = inner.url_map.bind("localhost").build(rule.endpoint, values)
        answer = nobody.get(address)
        if answer.status_code == 200:
            open_pages.append(address)
        else:
            assert answer.status_code in (302, 303, 401, 403, 404, 405, 410), (address, answer.status_code)
    private = [
        address
        for address in open_pages
        if address not in allowed
        and not address.startswith(
            ("/static", "/forgotten", "/reset", "/sign-", "/setup", "/two-factor", "/language")
        )
    ]
    assert private == []
