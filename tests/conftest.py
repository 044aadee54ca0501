"""What every test has: databases, a browser, the application's fixtures, and the marks that follow from their use."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

from core.testing.places import keep_files_in_memory

pytest_plugins = ["core.testing.postgres", "core.testing.browser", "tests.fixtures_app"]

MARK_OF_FIXTURE = {
    "page": "browser",
    "context": "browser",
    "browser": "browser",
    "postgres_server": "postgres",
}

# A shared or busy machine is slow at times: a test fails by what it finds, never by how long one example took.
settings.register_profile("prospecto", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("prospecto"), max_examples=1000)
settings.load_profile(os.environ.get("PROSPECTO_HYPOTHESIS", "prospecto"))

keep_files_in_memory()
# A run builds thousands of apps: looking for garbage as often as is usual took a fifth of its time.
gc.set_threshold(20_000, 20, 50)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark a test by the systems that it uses, so that `-m "not browser"` needs no discipline."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        marks = {MARK_OF_FIXTURE[name] for name in fixtures if name in MARK_OF_FIXTURE}
        given = getattr(item, "callspec", None)
        if given is not None and any(
            isinstance(value, str) and value == "postgresql" for value in given.params.values()
        ):
            marks.add("postgres")
        for mark in marks:
            item.add_marker(mark)


def pytest_collection_finish() -> None:
    """What is imported by now stays until the end."""
    pass_over_what_is_kept()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What the tests of a file leave (templates, statements, catalogues) stays as well."""
    if nextitem is None or nextitem.path != item.path:
        pass_over_what_is_kept()


def pass_over_what_is_kept() -> None:
    """Every swap of apps looks for garbage: let it look only at what came since, not at all that a run has gathered."""
    gc.collect()
    gc.freeze()
