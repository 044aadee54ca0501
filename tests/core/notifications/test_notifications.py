"""What people are told of records that are given to them or that they follow, by the bell and by mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from core.notifications.models import Notification
from core.notifications.service import forget_read, notify
from core.outbox import OutboxRow
from core.records.models import Follower
from core.testing.installation import ADMIN, Installation

SARA, TOM = "sara@example.com", "tom@example.com"


@pytest.fixture
def company(installation: Installation) -> Installation:
    installation.user(SARA, ["salesperson"], name="Sara", language="es")
    installation.user(TOM, ["manager"], name="Tom", language="fr")
    return installation


def id_of(company: Installation, email: str) -> int:
    from core.access.service import find_user

    with company.session() as session:
        user = find_user(session, email)
        assert user is not None
        return int(user.id)


def told(company: Installation, email: str) -> list[str]:
    answer = company.app.test_client().get("/api/v1/notifications", headers=company.token(email))
    return [each["text"] for each in answer.json["items"]]


def lead(company: Installation, **values: Any) -> int:
    answer = company.app.test_client().post(
        "/api/v1/leads", json={"name": "Taller Luna"} | values, headers=company.token()
    )
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def mails(company: Installation) -> list[dict[str, Any]]:
    with company.session() as session:
        return [row.payload for row in session.scalars(sa.select(OutboxRow).where(OutboxRow.kind == "mail"))]


def follow(company: Installation, email: str, lead_id: int) -> None:
    user_id = id_of(company, email)
    with company.session() as session:
        session.add(Follower(resource="leads", record_id=lead_id, user_id=user_id))
        session.commit()


def test_who_is_given_a_record_is_told_in_their_language_and_by_mail(company: Installation) -> None:
    id = lead(company, salesperson=id_of(company, SARA))
    assert told(company, SARA) == ["Ada Admin le asignó «Taller Luna»"]
    assert told(company, ADMIN) == []
    (mail,) = mails(company)
    assert (mail["to"], mail["subject"]) == (SARA, "Ada Admin le asignó «Taller Luna»")
    company.app.test_client().patch(
        f"/api/v1/leads/{id}", json={"salesperson": id_of(company, TOM)}, headers=company.token()
    )
    assert told(company, TOM) == ["Ada Admin vous a confié « Taller Luna »"]


def test_what_one_does_oneself_is_not_told(company: Installation) -> None:
    company.app.test_client().post("/api/v1/leads", json={"name": "Mine"}, headers=company.token(SARA))
    assert told(company, SARA) == []


def test_a_follower_hears_of_changes_and_of_the_end_while_they_may_see_the_record(
    company: Installation,
) -> None:
    id = lead(company)
    follow(company, TOM, id)
    follow(company, SARA, id)  # who may not see it
    client = company.app.test_client()
    client.patch(f"/api/v1/leads/{id}", json={"city": "Mérida"}, headers=company.token())
    assert told(company, TOM) == []  # a manager sees the own team's records only
    client.patch(f"/api/v1/leads/{id}", json={"salesperson": id_of(company, TOM)}, headers=company.token())
    client.patch(f"/api/v1/leads/{id}", json={"city": "Caracas"}, headers=company.token())
    client.delete(f"/api/v1/leads/{id}", headers=company.token())
    texts = told(company, TOM)
    assert texts[0] == "Ada Admin a supprimé « Taller Luna »"
    assert len(texts) == 4 and "You can" not in str(texts)
    assert told(company, SARA) == []


def test_of_a_record_out_of_sight_nothing_more_is_read(company: Installation) -> None:
    id = lead(company, salesperson=id_of(company, SARA))
    client = company.app.test_client()
    client.patch(f"/api/v1/leads/{id}", json={"salesperson": id_of(company, TOM)}, headers=company.token())
    (text,) = told(company, SARA)
    assert "Taller Luna" not in text


def test_the_bell_counts_and_opening_one_reads_it(company: Installation) -> None:
    id = lead(company, salesperson=id_of(company, SARA))
    sara = company.browser(SARA)
    assert "is-new" in sara.get("/shell/counts").text
    page = sara.get("/notifications").text
    assert "Taller Luna" in page and "is-unread" in page
    with company.session() as session:
        notification = session.scalars(sa.select(Notification)).one()
    opened = sara.post(f"/notifications/{notification.id}/open")
    assert opened.headers["Location"].endswith(f"/leads/{id}")
    assert "is-new" not in sara.get("/shell/counts").text
    assert company.browser(TOM).post(f"/notifications/{notification.id}/open").status_code == 404


def test_each_chooses_what_they_hear(company: Installation) -> None:
    sara = company.browser(SARA)
    assert "assigned" in sara.get("/notifications/choices").text
    assert sara.post("/notifications/choices", data={"bell": ["followed"]}).status_code == 302
    lead(company, salesperson=id_of(company, SARA))
    assert (told(company, SARA), mails(company)) == ([], [])


def test_many_at_once_are_told_in_one_line(company: Installation) -> None:
    sara = id_of(company, SARA)
    with company.session(ADMIN) as session:
        from core.access.actor import actor_of
        from core.resources.context import write_context
        from core.resources.write import check_draft, read_draft, write_drafts

        context = write_context(session, company.house, actor_of(session), "api")
        resource = company.house.resources["leads"]
        raw = [{"name": f"Lead {number}", "salesperson": sara} for number in range(25)]
        drafts = [read_draft(resource, each, context) for each in raw]
        for draft in drafts:
            check_draft(draft, context)
        write_drafts(drafts, context)
        session.commit()
    assert told(company, SARA) == ["Ada Admin le asignó 25 registros"]


@pytest.fixture
def say(company: Installation) -> Callable[[str], int]:
    sara = id_of(company, SARA)

    def say(unique: str) -> int:
        with company.session() as session:
            count = notify(
                session,
                [sara],
                "assigned",
                {"actor": "Ada", "record": "<b>x</b>"},
                unique=unique,
            )
            session.commit()
            return count

    return say


def test_the_same_is_told_once(company: Installation, say: Callable[[str], int]) -> None:
    assert [say("a"), say("a"), say("b")] == [1, 0, 1]
    assert len(told(company, SARA)) == 2
    assert "<b>x" not in company.browser(SARA).get("/notifications").text


def test_the_api_marks_read_and_old_ones_go(company: Installation, say: Callable[[str], int]) -> None:
    say("a")
    say("b")
    client, token = company.app.test_client(), company.token(SARA)
    first = client.get("/api/v1/notifications", headers=token).json["items"][0]["id"]
    assert client.post("/api/v1/notifications/read", json={"id": first}, headers=token).json == {"read": 1}
    assert client.post("/api/v1/notifications/read", json={"id": first}, headers=company.token(TOM)).json == {
        "read": 0
    }
    assert client.post("/api/v1/notifications/read", headers=token).json == {"read": 1}
    with company.session() as session:
        session.execute(sa.update(Notification).values(read_at=sa.text("'2020-01-01 00:00:00'")))
        forget_read(session)
        session.commit()
    assert told(company, SARA) == []


def test_an_unknown_kind_is_an_error_of_the_caller(company: Installation) -> None:
    with company.session() as session, pytest.raises(KeyError):
        notify(session, [1], "nothing", {})


def test_ids_that_no_row_has_are_no_errors(company: Installation) -> None:
    client, headers = company.app.test_client(), company.token()
    large = 10**30
    assert client.get(f"/api/v1/notifications?before={large}", headers=headers).status_code == 200
    assert client.post("/api/v1/notifications/read", json={"id": large}, headers=headers).status_code == 422
    browser = company.browser()
    assert browser.get(f"/notifications?before={large}").status_code == 200
    browser.post("/settings/tags", {"name": "VIP"})
    assert browser.post("/settings/tags/1/merge", {"into": str(large)}).status_code in (302, 303)
