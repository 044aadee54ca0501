"""A conversion is wholly done or not at all: killed, hindered by an app, pressed by twenty at once, from every door."""

from __future__ import annotations

import io
import os
import random
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from core.records.models import History
from core.testing.installation import ALL_APPS, Installation, Shape
from plugins.crm_leads.models import Conversion, Lead
from tests.crm_leads.test_conversion_targets import LEAD, Desk
from tests.crm_leads.test_undo_conversion import ALL, attach, counts, state, undo

BREAKS = '''
"""An app that fails at one record of those a conversion makes."""

from core.api import hookimpl


@hookimpl
def before_save(resource, record, draft, context):
    if resource.name == "deals" and draft.values.get("title") == "rompe":
        raise RuntimeError("no más")
'''


def test_killed_at_twenty_moments_it_is_open_or_wholly_converted(
    install: Callable[..., Installation],
) -> None:
    installation = install(apps=ALL_APPS)
    desk = Desk(installation)
    lead = desk.make("/leads", **LEAD)["id"]
    attach(desk, f"/leads/{lead}", "lista.txt")
    before = state(installation, lead)
    statements = _dies_after(installation, lead, None)
    assert statements > 20 and counts(installation) == (2, 1)
    undo(desk, _conversions(installation)[0])
    chance = random.Random(4)
    moments = [*chance.sample(range(1, statements - 5), 19), statements + 50]
    cut_off = 0
    for moment in moments:
        _dies_after(installation, lead, moment)
        held = _conversions(installation)
        if held:  # the last of them come after the end: they find it wholly done
            assert counts(installation) == (2, 1)
            undo(desk, held[0])
        else:
            cut_off += 1
        assert (state(installation, lead), counts(installation)) == (before, (0, 0))
    assert cut_off >= 15
    done = desk.convert(lead, **ALL)
    assert counts(installation) == (2, 1) and done["deal"]


def test_an_app_that_fails_is_named_and_nothing_is_done(
    install: Callable[..., Installation], tmp_path: Path
) -> None:
    folder = tmp_path / "apps" / "t_breaks"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(
        'name = "t_breaks"\ntitle = "Breaks"\nversion = "1.0.0"\nsummary = "Fails."\ndepends = ["crm_deals"]\n'
    )
    (folder / "__init__.py").write_text('"""An app that fails."""\n')
    (folder / "plugin.py").write_text(BREAKS)
    installation = install(Shape(apps=(*ALL_APPS, "t_breaks"), plugins=(folder.parent,)))
    desk = Desk(installation)
    leads = [desk.make("/leads", name=f"Sol {number}", title="bien")["id"] for number in range(3)]
    desk("PATCH", f"/leads/{leads[1]}", {"title": "rompe"})
    before = state(installation, leads[1])
    answer = desk("POST", f"/leads/{leads[1]}/convert", {"targets": ["company", "deal"]})
    assert answer.status_code == 500 and answer.json["error"]["code"] == "plugin_failed", answer.text
    assert "t_breaks" in answer.json["error"]["message"] and "no más" in answer.json["error"]["message"]
    assert state(installation, leads[1]) == before and counts(installation) == (0, 0)

    from core.api import write_context
    from plugins.crm_leads.conversion.service import convert
    from plugins.crm_leads.conversion.wish import Wish

    with installation.session("admin@example.com") as session:  # among others it hinders none of them
        context = write_context(session, installation.house, session.info["actor"])
        found = session.scalars(sa.select(Lead).order_by(Lead.id)).all()
        outcomes = convert(context, [(each, Wish(("company", "deal"))) for each in found])
        assert [each.ok for each in outcomes] == [True, False, True]
        assert outcomes[1].problems[0].plugin == "t_breaks"
        session.commit()
    assert state(installation, leads[1]) == before and counts(installation) == (2, 2)


def test_twenty_at_once_are_one_and_so_is_taking_it_back(install: Callable[..., Installation]) -> None:
    installation = install(apps=ALL_APPS)
    desk = Desk(installation)
    lead = desk.make("/leads", **LEAD)["id"]
    before = state(installation, lead)

    def press(path: str, body: Any) -> tuple[int, Any]:
        client = installation.app.test_client()
        answer = client.post(f"/api/v1{path}", json=body, headers=desk.headers)
        return answer.status_code, answer.json

    with ThreadPoolExecutor(20) as people:
        answers = list(people.map(lambda _number: press(f"/leads/{lead}/convert", ALL), range(20)))
    assert all(answer == answers[0] for answer in answers) and answers[0][0] == 200, answers
    assert counts(installation) == (2, 1) and len(_conversions(installation)) == 1
    number = answers[0][1]["conversion"]["id"]
    with ThreadPoolExecutor(10) as people:
        answers = list(people.map(lambda _number: press(f"/conversions/{number}/undo", {}), range(10)))
    assert all(answer == answers[0] for answer in answers) and answers[0][0] == 200, answers
    assert counts(installation) == (0, 0) and state(installation, lead) == before
    with installation.session() as session:
        undone = sa.select(sa.func.count()).where(History.action == "conversion_undone")
        assert session.scalar(undone) == 1


def test_from_every_door_it_can_be_taken_back(install: Callable[..., Installation]) -> None:
    """The short way, by a status or the condition, of a known lead or a new one: before it, it was what it was."""
    installation = install(apps=ALL_APPS)
    desk = Desk(installation)
    lead = desk.make("/leads", **LEAD)["id"]
    desk("PATCH", f"/leads/{lead}", {"status": "En gestión"})
    before = state(installation, lead)
    for change in ({"status": "Cliente"}, {"condition": "client"}):
        answer = desk("PATCH", f"/leads/{lead}", change)
        assert answer.status_code == 200, answer.text
        assert answer.json["status"]["name"] == "Cliente" and counts(installation) == (1, 0)
        undo(desk, _conversions(installation)[0])
        assert state(installation, lead) == before and counts(installation) == (0, 0)
    born = desk.make("/leads", name="Ya cliente", condition="client")["id"]
    undo(desk, _conversions(installation)[0])
    assert desk.get(f"/leads/{born}")["status"]["name"] == "Nuevo"
    # what is asked while a question is open goes along and comes back
    desk("POST", f"/leads/{lead}/validate", {"field": "email"})
    done = desk.convert(lead, targets=["company"])
    assert not desk.get(f"/leads/{lead}/validations").get("open")
    undo(desk, done["conversion"]["id"])
    described = desk("GET", "/openapi.json").json["paths"]
    assert {"/api/v1/conversions/{id}", "/api/v1/conversions/{id}/undo"} <= described.keys()
    assert "targets" in str(described["/api/v1/leads/{id}/convert"])


def test_whoever_may_change_nothing_of_a_converted_lead_converts_but_takes_nothing_back(
    install: Callable[..., Installation],
) -> None:
    from core.access.models import Role, StageGrant
    from core.api import forget, references_of

    installation = install(apps=ALL_APPS)
    installation.user("ana@example.com")
    desk = Desk(installation, "ana@example.com")
    lead = desk.make("/leads", **LEAD)["id"]
    before = state(installation, lead)
    with installation.session() as session:
        end = references_of(session).find("statuses", "Cliente")
        role = session.scalars(sa.select(Role).where(Role.name == "salesperson")).one()
        assert end is not None
        for action in ("edit", "move"):
            session.add(
                StageGrant(role_id=role.id, resource="leads", action=action, value_id=end.id, scope=0)
            )
        forget(session)
        session.commit()
    assert desk("PATCH", f"/leads/{lead}", {"status": "Cliente"}).status_code in (403, 422)
    done = desk.convert(lead, **ALL)
    assert desk("PATCH", f"/leads/{lead}", {"title": "Otro"}).status_code == 403
    refused = desk("POST", f"/conversions/{done['conversion']['id']}/undo")
    assert refused.status_code == 403 and counts(installation) == (2, 1)
    undo(Desk(installation), done["conversion"]["id"])
    assert (state(installation, lead), counts(installation)) == (before, (0, 0))


def _conversions(installation: Installation) -> list[int]:
    with installation.session() as session:
        wanted = sa.select(Conversion.id).where(Conversion.undone_at.is_(None)).order_by(Conversion.id)
        return list(session.scalars(wanted))


def _dies_after(installation: Installation, lead_id: int, moment: int | None) -> int:
    """Convert a lead in a process of its own that is killed before its nth statement; answers how many it has sent."""
    with installation.session() as session:
        engine = session.get_bind().engine
    engine.dispose()  # nobody shares a connection with the one that dies
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        _convert_and_die(installation, lead_id, moment, write)
    os.close(write)
    with io.FileIO(read) as told:
        sent = told.readall()
    _child, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, status
    return len(sent or b"")


def _convert_and_die(installation: Installation, lead_id: int, moment: int | None, write: int) -> None:
    """Tell each statement by a byte; never returns."""
    try:
        from core.api import write_context
        from plugins.crm_leads.conversion.service import convert_one
        from plugins.crm_leads.conversion.wish import Wish

        def count(*_given: Any) -> None:
            os.write(write, b".")
            sent[0] += 1
            if sent[0] == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        sent = [0]
        with installation.session("admin@example.com") as session:
            engine = session.get_bind().engine
            event.listen(engine, "before_cursor_execute", count)
            event.listen(engine, "commit", count)
            context = write_context(session, installation.house, session.info["actor"])
            convert_one(context, session.get_one(Lead, lead_id), Wish(("contact", "company", "deal")))
            session.commit()
    finally:
        os._exit(0)
