"""Assignment in Settings, in one's profile and by the API: rules kept, tried out, ordered, removed; absences; the log."""

from __future__ import annotations

import re
from datetime import date, timedelta

from core.assignment.rules import KeptPerson, rules_of
from tests.core.assignment.conftest import Desk

AT = "/settings/assignment"
API = "/api/v1/assignment"


def test_an_administrator_keeps_rules_and_looks_at_the_log(desk: Desk) -> None:
    """One day of an administrator at the pages."""
    boss, ids = desk.installation.browser(), desk.ids
    form = boss.get(f"{AT}/rules/new?resource=leads")
    assert (
        form.status_code == 200
        and 'name="city.contains"' in form.text
        and 'name="salesperson"' not in form.text
    )
    sent = {
        "rule-name": "Centro",
        "rule-active": "y",
        "rule-method": "capacity",
        "rule-door": ["api", "hand"],
        "rule-person": [str(ids["beto"]), str(ids["ana"])],
        f"rule-weight-{ids['ana']}": "2",
        f"rule-day-{ids['beto']}": "5",
        "city.contains": "Caracas",
        "value.from": "1.000,5",
        "salesperson": "~me",
    }
    refused = boss.post(f"{AT}/rules/new?resource=leads", sent)
    assert refused.status_code == 422 and 'value="1.000,5"' in refused.text  # nothing typed is lost
    del sent["salesperson"]
    assert boss.post(f"{AT}/rules/new?resource=leads", sent).status_code == 302
    assert boss.post(f"{AT}/rules/new?resource=leads", sent | {"rule-name": "Otra"}).status_code == 302
    with desk.installation.session() as session:
        first, second = rules_of(session, "leads")
        assert first.query == "city.contains=Caracas&value.from=1000.50"
        assert [each.user_id for each in first.people] == [ids["beto"], ids["ana"]]
        assert (first.people[1].weight, first.people[0].most_a_day, first.weights) == (2, 5, (1, 2))
    shown = boss.get(f"{AT}/rules/{first.id}").text
    assert 'value="1000,50"' in shown and re.search(r'name="rule-weight-\d+" value="2"', shown)
    listed = boss.get(AT).text
    assert "Centro" in listed and "Caracas" in listed and "Beto, Ana" in listed
    assert boss.post(f"{AT}/order", {"id": [second.id, first.id]}).status_code == 204
    assert boss.post(f"{AT}/rules/{first.id}/up").status_code == 302
    assert boss.post(f"{AT}/rules/{second.id}/switch", {"active": ""}).status_code == 302
    gone = boss.post(f"{AT}/rules/{second.id}/delete")
    undo = re.search(rf"{AT}/undo/[\w.~-]+", boss.get(gone.location).text)
    assert undo and boss.post(undo[0]).status_code == 302
    with desk.installation.session() as session:
        assert [(each.name, each.active) for each in rules_of(session, "leads")] == [
            ("Centro", True),
            ("Otra", False),
        ]
    many = [{"name": f"Obra {number}", "city": "Caracas", "value": "2000"} for number in range(6)]
    assert desk.bring([*many, {"name": "Otra obra", "city": "Mérida"}]) == [*["ana", "beto", "ana"] * 2, None]
    tried = boss.get(f"{AT}/preview?resource=leads&rule={first.id}").text
    assert (
        "Obra 5" in tried
        and "Otra obra" not in tried
        and len(set(re.findall(r'href="/leads/(\d+)"', tried))) == 6
    )
    log = boss.get(f"{AT}/log?user={ids['beto']}&rule={first.id}").text
    assert log.count("Obra") == 2 and "Centro" in log
    assert "Obra" not in boss.get(f"{AT}/log?until=2020-01-01").text
    record = re.search(r'href="(/leads/\d+)"', log)
    assert record and "Centro" in boss.get(record[1]).text + boss.get(f"{record[1]}/timeline").text
    seller = desk.installation.browser("ana@example.com")
    for path in (
        AT,
        f"{AT}/rules/new?resource=leads",
        f"{AT}/rules/{first.id}",
        f"{AT}/log",
        f"{AT}/preview?resource=leads",
    ):
        assert seller.get(path).status_code == 403
    assert (
        boss.get(f"{AT}/rules/99").status_code == boss.get(f"{AT}/rules/new?resource=nope").status_code == 404
    )


def test_everybody_says_when_they_are_away(desk: Desk) -> None:
    """One's own in the profile, everybody's in Settings; wrong days are told."""
    ana, boss = desk.installation.browser("ana@example.com"), desk.installation.browser()
    tomorrow, later = date.today() + timedelta(1), date.today() + timedelta(8)
    days = {"since": tomorrow.isoformat(), "until": later.isoformat(), "substitute": str(desk.ids["carla"])}
    assert ana.post("/profile/absences", days).location.endswith("#absences")
    assert "Carla" in ana.get("/profile").text and "Ana" in boss.get(AT).text
    ana.post("/profile/absences", {"since": later.isoformat(), "until": tomorrow.isoformat()})
    ana.post("/profile/absences", {"since": "2020-01-01", "until": "2020-01-02"})
    ana.post("/profile/absences", {"since": "?"})
    boss.post(f"{AT}/absences", {"user": str(desk.ids["beto"]), **days, "substitute": ""})
    headers, own = desk.installation.token(), desk.installation.token("ana@example.com")
    client = desk.installation.app.test_client()
    listed = client.get(f"{API}/absences", headers=headers).json["items"]
    assert [each["user"]["name"] for each in listed] == ["Ana", "Beto"]
    mine = client.get(f"{API}/absences", headers=own).json["items"]
    assert [(each["since"], each["substitute"]["name"]) for each in mine] == [(days["since"], "Carla")]
    assert ana.post(f"/profile/absences/{listed[1]['id']}/delete").status_code == 404
    assert client.delete(f"{API}/absences/{listed[1]['id']}", headers=own).status_code == 404
    assert client.delete(f"{API}/absences/{listed[0]['id']}", headers=own).status_code == 204
    body = {"user": "beto@example.com", "since": "2026-01-01"}
    assert client.post(f"{API}/absences", json=body, headers=own).status_code == 403
    wrong = client.post(f"{API}/absences", json={"since": "2020-01-01"}, headers=own)
    assert (wrong.status_code, wrong.json["error"]["code"]) == (422, "days")
    read_only = desk.installation.token("ana@example.com", read_only=True)
    assert client.post(f"{API}/absences", json=body, headers=read_only).status_code == 403


def test_the_api_keeps_rules(desk: Desk) -> None:
    headers, client = desk.installation.token(), desk.installation.app.test_client()
    body = {
        "resource": "leads",
        "name": "API",
        "filter": "city=Coro",
        "people": ["ana@example.com", desk.ids["beto"]],
    }
    made = client.post(f"{API}/rules", json=body, headers=headers)
    assert made.status_code == 201, made.text
    id = made.json["id"]
    assert [each["user"]["name"] for each in made.json["people"]] == ["Ana", "Beto"]
    for wrong, code in (
        ({"people": []}, "people"),
        ({"people": [{"user": desk.ids["ana"], "weight": 99}]}, "weight"),
        ({"people": ["nobody@example.com"]}, "user"),
        ({"filter": "value.from=x"}, "filter"),
        ({"filter": "salesperson=~me"}, "personal"),
        ({"doors": ["window"]}, "doors"),
        ({"method": "luck"}, "method"),
        ({"nme": "x"}, "unknown_field"),
    ):
        answer = client.post(f"{API}/rules", json=body | wrong, headers=headers)
        assert (answer.status_code, answer.json["error"]["code"]) == (422, code), answer.text
    changed = client.patch(f"{API}/rules/{id}", json={"filter": "", "name": "Todo"}, headers=headers)
    assert (changed.json["name"], changed.json["filter"]) == ("Todo", "")
    mine = client.post(
        "/api/v1/leads", json={"name": "De un vendedor"}, headers=desk.installation.token("beto@example.com")
    )
    assert mine.status_code == 201, mine.text  # it went to Ana, out of the sight of who brought it
    log = client.get(f"{API}/log?rule={id}", headers=headers).json["items"]
    assert [(each["user"]["name"], each["by"]["name"]) for each in log] == [("Ana", "Beto")]
    assert client.post(f"{API}/rules/order", json={"ids": [id]}, headers=headers).status_code == 200
    tried = client.get(f"{API}/preview?resource=leads", headers=headers).json
    assert tried["records"] == 1 and tried["people"][0]["user"]["name"] == "Beto"
    own = desk.installation.token("ana@example.com")
    for method, path in (
        ("get", "rules"),
        ("get", f"rules/{id}"),
        ("get", "log"),
        ("delete", f"rules/{id}"),
        ("post", "rules"),
    ):
        assert getattr(client, method)(f"{API}/{path}", headers=own, json={}).status_code == 403
    assert client.delete(f"{API}/rules/{id}", headers=headers).status_code == 204
    assert client.get(f"{API}/rules/{id}", headers=headers).status_code == 404


def test_what_is_entered_by_hand_is_dealt_out_where_a_rule_says_so(desk: Desk) -> None:
    """Named is named; left empty it goes by the rule, maybe out of the sight of who entered it."""
    desk.rule("Mostrador", [KeptPerson(desk.ids["ana"])], doors=["hand"])
    seller = desk.installation.browser("beto@example.com")
    mine = seller.post("/leads/new", {"name": "Mío", "salesperson": str(desk.ids["beto"])})
    assert re.search(r"/leads/\d+$", mine.location)
    quick = seller.post("/leads/quick", {"name": "Al vuelo"})  # the dialog says “For you”
    assert re.search(r"/leads/\d+$", quick.location)
    given = seller.post("/leads/new", {"name": "Para quien toque", "salesperson": ""})
    assert given.location.endswith("/leads")
    assert "Para quien toque" in seller.get("/leads").text  # the toast says that it was made
    assert "Para quien toque" in desk.installation.browser("ana@example.com").get("/leads").text
