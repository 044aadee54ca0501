"""Actions and triggers of other apps: theirs to do, theirs to fail, and nobody else's loss."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.api import utcnow
from core.host.lifecycle import disable
from core.testing.installation import Installation
from plugins.crm_automation.models import Run
from plugins.crm_automation.queueing import wake
from plugins.crm_automation.working import WAITS
from tests.crm_automation.conftest import APPS, Firm

EXAMPLE = Path(__file__).parent / "example"


def test_an_action_that_breaks_takes_back_the_rest_and_is_tried_again_with_patience(
    install: Callable[..., Installation],
) -> None:
    firm = Firm(install(apps=(*APPS, "t_flaky"), plugins=(EXAMPLE,)))
    broken: list[str] = importlib.import_module("plugins.t_flaky.plugin").broken
    flaky = firm.rule(
        {"kind": "noted"}, {"kind": "tag", "tags": ["half"]}, {"kind": "call_out"}, name="Flaky"
    )
    steady = firm.rule({"kind": "changed", "field": "notes"}, {"kind": "tag", "tags": ["steady"]})
    (lead,) = firm.write([{"name": "Uno"}])
    broken[:] = ["action"]
    firm.write([{"id": lead, "notes": "x"}])
    firm.work()
    assert firm.results(rule_id=flaky) == ["failed"] and firm.results(rule_id=steady) == ["done"]
    assert firm.field(lead, "tags") == ["steady"]  # nothing of the one that failed, all of the other

    def due(session: Any) -> None:
        wake(session)  # as the look every two minutes does
        session.execute(sa.update(Run).where(Run.again_at.is_not(None)).values(again_at=utcnow()))

    for attempt, wait in enumerate(WAITS, start=1):
        (run,) = firm.runs(rule_id=flaky)
        assert run.attempts == attempt and run.again_at is not None
        assert timedelta() < run.again_at - run.at <= wait
        firm.system(wake)
        firm.work()
        assert firm.runs(rule_id=flaky)[0].attempts == attempt  # not before its time
        firm.system(due)
        firm.work()
    (run,) = firm.runs(rule_id=flaky)
    assert (run.attempts, run.again_at, run.result) == (4, None, "failed")
    assert "does not answer" in run.reason
    broken.clear()
    headers = firm.installation.token()
    client = firm.installation.app.test_client()
    assert client.post(f"/api/v1/automation/runs/{run.id}/retry", headers=headers).status_code == 200
    firm.work()
    assert firm.results(rule_id=flaky) == ["done"] and set(firm.field(lead, "tags")) == {"half", "steady"}

    broken[:] = ["trigger"]  # a trigger that cannot say whether it is meant keeps nobody from saving
    firm.write([{"id": lead, "notes": "y"}])
    firm.work()
    assert len(firm.runs(rule_id=flaky)) == 1 and len(firm.runs(rule_id=steady)) == 2
    broken.clear()
    disable(
        firm.installation.config, "t_flaky", by=None
    )  # its app goes: the rule waits, and says what it lacks
    page = firm.installation.browser().get("/settings/automation")
    assert page.status_code == 200 and "call_out" in page.text
    firm.write([{"id": lead, "notes": "z"}])
    firm.work()
    assert len(firm.runs(rule_id=flaky)) == 1 and len(firm.runs(rule_id=steady)) == 3
