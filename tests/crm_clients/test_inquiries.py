"""Everything that comes in goes through one entry: a lead, or in simple mode a client and a deal; nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from click.testing import CliRunner

from core.cli import main
from core.host.lifecycle import disable, enable
from core.notifications.models import Notification
from core.records.models import History
from core.settings import save_setting
from core.testing.installation import ADMIN, ALL_APPS, Installation
from plugins.crm_clients.inquiries.models import KeptInquiry
from plugins.crm_clients.models import Client
from plugins.crm_deals.models import Deal
from plugins.crm_leads.models import Lead

ANA, LUIS = "ana@example.com", "luis@example.com"
ZORAIDA = {
    "kind": "form",
    "name": "Zoraida Ávila",
    "email": "Zoraida@Example.com",
    "phone": "0414-5551234",
    "message": "Quiero tres puertas.",
    "source": "Call",
    "utm_source": "google",
    "values": {"city": "Mérida", "expected_close": "2027-02-01"},
}


ODD: tuple[dict[str, Any], ...] = (
    {"name": ["Pedro"]},
    {"email": {"a": 1}},
    {"phone": True},
    {"source": {"id": [1]}},
    {"value": {"amount": 3}},
    {"currency": [1]},
    {"salesperson": [1]},
    {"values": [1]},
    {"values": {"city": {"a": 1}}},
    {"values": {"city": ["x"]}},
    {"values": {"tags": [{"a": 1}]}},
    {"values": {"segment": {"id": {"a": 1}}}},
    {"values": {"id": 3}},
    {"value": "-5"},
    {"salesperson": "nobody@example.com"},
    {"message": "x" * 20_001},
)
"""Payloads that are none."""


class Api:
    """A program with somebody's token."""

    def __init__(self, installation: Installation, email: str = ADMIN, **also: Any) -> None:
        self.client = installation.app.test_client()
        self.headers = dict(installation.token(email, **also))

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.open(
            f"/api/v1{path}", method=method, json=body, headers={**self.headers, **headers}
        )


def count(installation: Installation, model: type[Any]) -> int:
    with installation.session() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def simple(installation: Installation) -> None:
    with installation.session() as session:
        save_setting(session, "company.mode", "simple")
        session.commit()


def test_an_inquiry_is_a_lead_and_in_simple_mode_a_client_and_a_deal(
    install: Callable[..., Installation],
) -> None:
    crm = install(apps=ALL_APPS, language="en")
    ana = crm.user(ANA)
    api = Api(crm)

    # classic: a lead with all that was said; nobody's until somebody gives it
    first = api("POST", "/inquiries", ZORAIDA, **{"Idempotency-Key": "a"})
    assert first.status_code == 201 and first.json["mode"] == "classic"
    again = api("POST", "/inquiries", ZORAIDA, **{"Idempotency-Key": "a"})
    assert again.json == first.json and again.headers["Idempotent-Replayed"] == "true"
    (record,) = first.json["records"]
    assert (record["resource"], record["is_new"], record["title"]) == ("leads", True, "Zoraida Ávila")
    lead = api("GET", f"/leads/{record['id']}").json
    assert (lead["kind"], lead["notes"], lead["city"]) == ("person", "Quiero tres puertas.", "Mérida")
    assert lead["source"]["name"] == "Call" and lead["utm_source"] == "google"
    assert lead["salesperson"] is None and lead["status"]["name"] == "New"

    # whoever writes again goes to the open lead, however the phone is written; its owner hears of it
    api("PATCH", f"/leads/{lead['id']}", {"salesperson": ANA})
    more = api("POST", "/inquiries", {"name": "Z. Ávila", "phone": "+58 414 555.12.34", "message": "¿Y?"})
    assert more.json["attached"] and more.json["records"][0]["id"] == lead["id"]
    assert count(crm, Lead) == 1
    with crm.session() as session:
        told = session.scalars(sa.select(History.changes).where(History.action == "inquiry")).all()
        assert told == [
            {
                "message": [None, "¿Y?"],
                "name": [None, "Z. Ávila"],
                "phone": [None, "+58 414 555.12.34"],
            }
        ]
        assert session.scalars(sa.select(Notification.user_id)).all().count(ana.id) >= 1
    page = crm.browser().get(f"/leads/{lead['id']}/timeline").text
    assert "¿Y?" in page

    # a closed lead takes nothing more: this is a new one
    api("POST", f"/leads/{lead['id']}/reopen")
    api("PATCH", f"/leads/{lead['id']}", {"status": "Junk", "junk_reason": "Does not answer"})
    third = api("POST", "/inquiries", {"email": "zoraida@example.com", "source": "Paloma mensajera"})
    assert not third.json["attached"] and third.json["records"][0]["id"] != lead["id"]
    assert api("GET", f"/leads/{third.json['records'][0]['id']}").json["source_detail"] == "Paloma mensajera"

    # simple: a company with its person, found again by its document, and a deal in the pipeline asked for
    simple(crm)
    firm = {"company": "Panadería Sol", "name": "Juan Pérez", "document": "J-11721484-1", "kind": "call"}
    made = api("POST", "/inquiries", {**firm, "title": "Horno", "value": "900.5", "values": {"city": "Coro"}})
    assert made.status_code == 201 and made.json["mode"] == "simple"
    deal, client = made.json["records"]
    assert (deal["resource"], client["resource"]) == ("deals", "clients")
    told = api("GET", f"/deals/{deal['id']}").json
    assert (told["title"], told["value"], told["client"]["id"]) == ("Horno", "900.50", client["id"])
    assert told["salesperson"] is None and told["stage"]["name"] == "New"
    stored = api("GET", f"/clients/{client['id']}").json
    assert (stored["kind"], stored["contact_last_name"], stored["city"]) == ("company", "Pérez", "Coro")
    same = api("POST", "/inquiries", {**firm, "document": "j117214841", "message": "Otra vez"})
    assert same.json["attached"] and same.json["records"][0]["id"] == deal["id"]
    api("PATCH", f"/deals/{deal['id']}", {"stage": "Won"})
    later = api("POST", "/inquiries", {**firm, "title": "Otro horno"})
    assert not later.json["attached"] and later.json["records"][1]["id"] == client["id"]
    assert (count(crm, Deal), count(crm, Client)) == (2, 1)

    # who gets it is said by the rules of assignment, where there are any for inquiries
    rule = {
        "resource": "deals",
        "name": "Turno",
        "method": "turn",
        "doors": ["inquiry"],
        "people": [{"user": ANA}],
    }
    assert api("POST", "/assignment/rules", rule).status_code == 201
    given = api("POST", "/inquiries", {"name": "Luz", "email": "luz@example.com"}).json["records"]
    assert api("GET", f"/deals/{given[0]['id']}").json["salesperson"]["email"] == ANA
    assert api("GET", f"/clients/{given[1]['id']}").json["salesperson"] is None

    # by command and by page the same
    shell = CliRunner(env={"PROSPECTO_INSTANCE": str(crm.config.instance)} | _database(crm))
    said = shell.invoke(main, ["inquiry", "--name", "Rosa", "--phone", "0212 555 00 11", "--json"])
    assert said.exit_code == 0, said.output
    assert [each["resource"] for each in json.loads(said.stdout)["records"]] == ["deals", "clients"]
    browser = crm.browser()
    assert "New inquiry" in browser.get("/inquiries/new").text
    sent = browser.post("/inquiries/new", {"name": "Pedro", "phone": "0212-555.00.12", "kind": "call"})
    assert sent.headers["Location"].rpartition("/")[0] == "/deals"
    kept = count(crm, KeptInquiry)
    wrong = browser.post("/inquiries/new", {"name": "Pedro", "email": "pedro"})
    assert wrong.status_code == 422 and "“pedro”" in wrong.text
    assert count(crm, KeptInquiry) == kept, "whoever types it mends it there"


def _database(crm: Installation) -> dict[str, str]:
    return {"PROSPECTO_DATABASE_URL": crm.config.database_url}


def test_what_is_refused_is_kept_put_right_and_sent_in_again(install: Callable[..., Installation]) -> None:
    crm = install(apps=ALL_APPS, language="en")
    crm.user(ANA)
    crm.user(LUIS)
    api, luis = Api(crm), Api(crm, LUIS)

    slip = api("POST", "/inquiries", {"nombre": "Rosa", "kind": "smoke", "values": {"colour": "red"}})
    assert slip.status_code == 422
    assert {*slip.json["error"]["fields"]} == {"nombre", "kind", "values.colour"}
    nobody = api("POST", "/inquiries", {"message": "Hola"})
    assert nobody.json["error"]["fields"]["name"][0]["code"] == "required"
    bad = api("POST", "/inquiries", {"name": "<script>Rosa</script>", "email": "mal", "message": "Hola"})
    assert bad.status_code == 422 and [*bad.json["error"]["fields"]] == ["email"]
    assert count(crm, Lead) == 0 and count(crm, KeptInquiry) == 3
    id = bad.json["inquiry"]["id"]

    for odd in ODD:
        strange = api("POST", "/inquiries", {"name": "Pedro", **odd})
        assert strange.status_code == 422 and strange.json["error"]["fields"], odd
        assert api("DELETE", f"/inquiries/{strange.json['inquiry']['id']}").status_code == 204

    # administrators see what came in, as it came; others do not
    listed = api("GET", "/inquiries?status=refused").json["items"]
    assert [each["id"] for each in listed] == [id, id - 1, id - 2]
    assert listed[0]["payload"]["email"] == "mal" and listed[1]["payload"] == {"message": "Hola"}
    assert [luis(method, path).status_code for method, path in (
        ("GET", "/inquiries"), ("GET", f"/inquiries/{id}"), ("POST", f"/inquiries/{id}/replay"),
    )] == [403, 403, 403]  # fmt: skip
    browser = crm.browser()
    page = browser.get("/settings/inquiries").text
    assert "&lt;script&gt;Rosa" in page and "<script>Rosa" not in page
    one = browser.get(f"/settings/inquiries/{id}")
    assert 'value="mal"' in one.text
    still = browser.post(f"/settings/inquiries/{id}", {"name": "Rosa", "email": "peor", "kind": "form"})
    assert still.status_code == 422 and "“peor”" in still.text
    done = browser.post(f"/settings/inquiries/{id}", {"name": "Rosa", "email": "rosa@example.com"})
    assert done.headers["Location"].startswith("/leads/")
    assert api("GET", f"/inquiries/{id}").json["status"] == "taken"
    twice = api("POST", f"/inquiries/{id}/replay", {"email": "otra@example.com"})
    assert twice.status_code == 200 and count(crm, Lead) == 1, "what was taken stays as it is"
    assert browser.post(f"/settings/inquiries/{id - 1}/delete").status_code == 302
    assert api("DELETE", f"/inquiries/{id - 2}").status_code == 204
    assert api("GET", f"/inquiries/{id - 2}").status_code == 404

    # rights: who may not create is refused and the inquiry kept; a key that only reads writes nothing at all
    with crm.session() as session:
        from core.access.models import Grant

        session.execute(
            sa.update(Grant).where(Grant.resource == "leads", Grant.action == "create").values(scope=0)
        )
        from core.state import forget

        forget(session)
        session.commit()
    may_not = luis("POST", "/inquiries", {"name": "Pedro"})
    assert may_not.status_code == 403 and may_not.json["inquiry"]["status"] == "refused"
    before = count(crm, KeptInquiry)
    assert Api(crm, read_only=True)("POST", "/inquiries", {"name": "Pedro"}).status_code == 403
    assert count(crm, KeptInquiry) == before

    # somebody else's client takes the inquiry without being told of to who may not see it
    simple(crm)
    own = api("POST", "/clients", {"name": "Rosa", "email": "r@example.com", "salesperson": ANA}).json
    api("POST", "/deals", {"title": "Puertas", "client": {"id": own["id"]}, "salesperson": ANA})
    hidden = luis("POST", "/inquiries", {"name": "Rosa", "email": "r@example.com", "message": "Soy yo"})
    assert hidden.status_code == 201 and hidden.json["attached"] and hidden.json["records"] == []
    assert [each["title"] for each in api("GET", f"/inquiries/{hidden.json['id']}").json["records"]] == [
        "Puertas",
        "Rosa",
    ]
    document = api("GET", "/openapi.json").json["paths"]
    assert {"post", "get"} <= {*document["/api/v1/inquiries"]} and "/api/v1/mode/undo" in document


def test_without_leads_and_deals_an_inquiry_is_a_client(install: Callable[..., Installation]) -> None:
    crm = install(apps=("crm_clients",), mode="simple", language="en")
    api = Api(crm)
    first = api("POST", "/inquiries", {"name": "Rosa", "email": "rosa@example.com"}).json
    second = api("POST", "/inquiries", {"name": "R.", "email": "ROSA@example.com", "message": "Yo"}).json
    assert [each["resource"] for each in first["records"]] == ["clients"]
    assert second["attached"] and second["records"][0]["id"] == first["records"][0]["id"]
    assert "It needs the app Leads" in crm.browser().get("/settings/mode").text
    assert api("POST", "/mode", {"mode": "classic"}).json["error"]["code"] == "no_leads"

    # bringing the app of leads in makes the mode classic; while it is off the mode is simple whatever was chosen
    inquiry = {"name": "Luz", "email": "luz@example.com"}
    for switch, mode, made in (
        (enable, "classic", "leads"),
        (disable, "simple", "clients"),
        (enable, "classic", "leads"),
    ):
        switch(crm.config, "crm_leads", by=None, why="test")
        assert api("GET", "/mode").json["mode"] == mode
        assert api("POST", "/inquiries", inquiry).json["records"][0]["resource"] == made


def test_eight_replies_at_once_are_one_lead_and_one_deal(install: Callable[..., Installation]) -> None:
    crm = install(apps=ALL_APPS, language="en")
    headers = dict(crm.token())

    def reply(number: int) -> int:
        body = {"name": f"Rosa {number}", "email": "rosa@example.com", "phone": f"0212-55501{number:02}"}
        answer = crm.app.test_client().post("/api/v1/inquiries", json=body, headers=headers)
        return int(answer.status_code)

    for model in (Lead, Deal):
        with ThreadPoolExecutor(8) as pool:
            assert [*pool.map(reply, range(8))] == [201] * 8
        assert count(crm, model) == 1
        simple(crm)
    assert count(crm, Client) == 1
