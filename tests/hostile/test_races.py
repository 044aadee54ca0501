"""Two people at once: no record twice, none deleted twice."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import sqlalchemy as sa

from core.records.models import History
from core.testing.installation import ALL_APPS, Installation
from tests.fixtures_app import Installer

ROWS = b"name,email\n" + b"".join(b"N%d,n%d@example.com\n" % (number, number) for number in range(60))


def at_once(deed: Callable[[], Any], times: int) -> list[Any]:
    """What each of so many threads got, all of which began at the same moment."""
    answers: list[Any] = []
    barrier = threading.Barrier(times)

    def one() -> None:
        barrier.wait()
        answers.append(deed())

    threads = [threading.Thread(target=one) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_same_file_several_times_at_once_comes_in_once(installation: Installation) -> None:
    headers = installation.token()

    def bring_in() -> int:
        form = {"resource": "leads", "file": (io.BytesIO(ROWS), "same.csv")}
        return installation.app.test_client().post("/api/v1/imports", data=form, headers=headers).status_code

    assert set(at_once(bring_in, 5)) == {201}
    with installation.session() as session:
        model = installation.house.resources["leads"].model
        assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 60


def test_a_record_is_deleted_once_however_many_press(installation: Installation) -> None:
    headers = installation.token()
    lead = (
        installation.app.test_client().post("/api/v1/leads", json={"name": "Uno"}, headers=headers).json["id"]
    )
    codes = at_once(
        lambda: installation.app.test_client().delete(f"/api/v1/leads/{lead}", headers=headers).status_code, 8
    )
    assert codes.count(204) == 1
    assert set(codes) <= {204, 404, 409}
    with installation.session() as session:
        told = (
            sa.select(sa.func.count())
            .select_from(History)
            .where(History.action == "deleted", History.record_id == lead)
        )
        assert session.scalar(told) == 1


def test_an_import_is_taken_back_once_however_many_press(installation: Installation) -> None:
    headers = installation.token()
    client = installation.app.test_client()
    form = {"resource": "leads", "file": (io.BytesIO(ROWS), "same.csv")}
    address = f"/api/v1/imports/{client.post('/api/v1/imports', data=form, headers=headers).json['id']}"
    codes = at_once(
        lambda: installation.app.test_client().post(f"{address}/undo", headers=headers).status_code, 3
    )
    assert 200 in codes and set(codes) <= {200, 409}
    told = client.get(address, headers=headers).json["undone"]
    assert told == {"removed": 60, "restored": 0, "kept": 0}


def test_nothing_is_left_beside_a_record_that_is_deleted_meanwhile(install: Installer) -> None:
    installation = install(apps=ALL_APPS)
    headers = installation.token()
    api = installation.app.test_client
    for _round in range(3):
        lead = api().post("/api/v1/leads", json={"name": "Uno"}, headers=headers).json["id"]
        turn = count()

        def deed(lead: int = lead, turn: Iterator[int] = turn) -> int:
            number = next(turn)
            if number == 3:
                return api().delete(f"/api/v1/leads/{lead}", headers=headers).status_code
            body, kind = ({"title": "x"}, "tasks") if number % 2 else ({"subject": "x"}, "interactions")
            return api().post(f"/api/v1/leads/{lead}/{kind}", json=body, headers=headers).status_code

        assert set(at_once(deed, 8)) <= {201, 204, 404, 422}
    with installation.session() as session:
        for name in ("tasks", "interactions"):
            model = installation.house.resources[name].model
            assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 0, name
