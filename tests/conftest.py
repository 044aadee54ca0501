"""What every test has: databases, a browser, the application's fixtures, and the marks that follow from their use."""

from __future__ import annotations

import os

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

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


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A test in a browser that fails is tried once more: on a loaded machine a key may come before the page listens.

    What fails twice is red; what passed only then says so among the warnings.
    """
    if item.get_closest_marker("browser") is None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        first = next(report for report in reports if report.failed)
        item._initrequest()  # type: ignore[attr-defined]  # fixtures of the test itself are made anew
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        item.warn(pytest.PytestWarning(f"tried twice: {first.longreprtext[-600:]}"))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
