"""Dashboards: each person's own, shared as said, with everybody's own figures on them."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa

from core.host import lifecycle
from core.testing.installation import Browser
from tests.crm_reports.conftest import Sold
from tests.crm_reports.test_budget import statements

AT = "/api/v1/dashboards"
BUDGETS = {"/dashboards/1": 6}
"""Statements for the page and one of its tiles, whatever is on it."""


def test_a_dashboard_from_its_making_to_its_end(sold: Sold) -> None:
    house = sold.installation
    berta = house.browser("berta@example.com")
    made = berta.post("/dashboards/new", {"name": " Sales  of Centro ", "begin": "starters"})
    assert made.headers["Location"] == "/dashboards/1?arrange=1"
    assert berta.post("/dashboards/new", {"name": " ", "begin": ""}).status_code == 422
    client, headers = house.app.test_client(), house.token("berta@example.com")

    def tiles() -> list[dict[str, object]]:
        found: list[dict[str, object]] = client.get(f"{AT}/1", headers=headers).get_json()["tiles"]
        return found

    kinds = [each["kind"] for each in tiles()]
    assert kinds[:6] == ["figure"] * 4 + ["chart"] * 2 and kinds[6:] == ["list"]
    berta.get("/dashboards/1/tiles/1")  # what processes remember is read now
    with house.session() as session, statements(session.get_bind()) as asked:  # type: ignore[arg-type]
        page = berta.get("/dashboards/1").text
        berta.get("/dashboards/1/tiles/1")
    assert (
        len([each for each in asked if not each.startswith(("BEGIN", "PRAGMA"))]) <= BUDGETS["/dashboards/1"]
    )
    assert page.count('class="pane-body"') == len(kinds) and "Sales of Centro" in page

    _add_from_a_report(berta)
    added = tiles()[-1]
    assert (added["kind"], added["subject"]) == ("table", "lead-funnel")
    assert added["query"] == f"period=365d&salesperson={sold.ana}"

    # ordering, sizes, names, copies, and a removal that is taken back
    ids = [each["id"] for each in tiles()]
    assert berta.post("/dashboards/1/order", {"id": [ids[-1], *ids[:-1]]}).status_code == 204
    assert [each["id"] for each in tiles()] == [ids[-1], *ids[:-1]]
    one = f"/dashboards/1/tiles/{ids[0]}"
    assert berta.post(f"{one}/size", {"width": "99", "height": "0"}).status_code == 204
    assert berta.post(f"{one}/edit", {"title": "Came in", "width": "5", "height": "2"}).status_code == 302
    found = next(each for each in tiles() if each["id"] == ids[0])
    assert (found["title"], found["width"], found["height"]) == ("Came in", 5, 2)
    assert berta.post(f"{one}/copy").status_code == 302 and len(tiles()) == len(ids) + 1
    assert [each["title"] for each in tiles()].count("Came in") == 2
    assert berta.post(f"{one}/remove").status_code == 302 and len(tiles()) == len(ids)
    assert berta.get(one).status_code == 404
    assert berta.post(f"{one}/restore").status_code == 204 and len(tiles()) == len(ids) + 1

    assert berta.post("/dashboards/1/remove").status_code == 302
    assert berta.get("/dashboards/1").status_code == 404
    assert berta.post("/dashboards/1/restore").status_code == 204
    assert berta.get("/dashboards/1").status_code == 200


def test_everybody_sees_their_own_figures_on_a_shared_one(sold: Sold) -> None:
    house = sold.installation
    client = house.app.test_client()
    admin, berta, ana, carlos = (
        house.token(f"{name}@example.com") for name in ("admin", "berta", "ana", "carlos")
    )
    assert client.post(AT, json={"name": "Board"}, headers=berta).status_code == 201
    tile = {"kind": "figure", "subject": "lead-funnel", "part": "leads", "query": "period=90d"}
    assert client.post(f"{AT}/1/tiles", json=tile, headers=berta).status_code == 201
    nothing = client.post(f"{AT}/1/tiles", json={**tile, "part": "nothing"}, headers=berta)
    assert nothing.status_code == 422
    listed = {"kind": "list", "subject": "leads", "query": "status=~open", "title": "Open"}
    second = client.post(f"{AT}/1/tiles", json=listed, headers=berta).get_json()["id"]
    assert len(client.get(f"{AT}/1", headers=berta).get_json()["tiles"]) == 2

    # nobody else's before it is shared; another's is as good as missing
    assert client.get(f"{AT}/1", headers=ana).status_code == 404
    assert client.get(f"{AT}/1/tiles/1", headers=ana).status_code == 404
    assert house.browser("ana@example.com").get("/dashboards/1").status_code == 404
    team = client.get(f"{AT}/1", headers=berta).get_json()["teams"]
    assert team == []
    change = {"shared": "teams", "teams": [1]}
    assert client.patch(f"{AT}/1", json=change, headers=berta).status_code == 200
    assert client.get(f"{AT}/1", headers=carlos).status_code == 404

    def figure(headers: object, tile: int = 1) -> int:
        found = client.get(f"{AT}/1/tiles/{tile}", headers=headers).get_json()["content"]
        if tile == second:
            count: int = found["list"]["count"]
            return count
        query = found["figure"]["list"].partition("?")[2]
        rows = client.get(f"/api/v1/leads?limit=200&{query}", headers=headers).get_json()["items"]
        assert len(rows) == found["figure"]["value"]
        value: int = found["figure"]["value"]
        return value

    assert 0 < figure(ana) < figure(berta) and 0 < figure(ana, second) < figure(berta, second)
    # who may look may not change; a copy is theirs
    assert client.patch(f"{AT}/1", json={"name": "Mine"}, headers=ana).status_code == 403
    assert client.patch(f"{AT}/1/tiles/1", json={"width": 9}, headers=ana).status_code == 403
    assert client.delete(f"{AT}/1", headers=ana).status_code == 403
    copied = client.post(AT, json={"copy_of": 1}, headers=ana).get_json()
    copied |= client.get(f"{AT}/{copied['id']}", headers=ana).get_json()
    assert copied["shared"] == "" and client.get(f"{AT}/{copied['id']}", headers=berta).status_code == 404
    assert client.patch(f"{AT}/1", json={**change, "others_edit": True}, headers=berta).status_code == 200
    assert client.patch(f"{AT}/1/tiles/1", json={"width": 9}, headers=ana).status_code == 200
    # a salesperson shares with their team only, and decides for nobody else
    mine = f"{AT}/{copied['id']}"
    assert client.patch(mine, json={"shared": "all"}, headers=ana).status_code == 403
    assert client.patch(mine, json={"shared": "teams", "teams": [99]}, headers=ana).status_code == 409
    assert client.patch(f"{AT}/1", json={"shared": "all"}, headers=berta).status_code == 200
    assert figure(admin) > figure(berta) and figure(carlos) > 0

    _home(sold, copied)


def _home(sold: Sold, copied: dict[str, Any]) -> None:
    """One's own choice counts before that of the role, that before everybody's."""
    house = sold.installation
    berta, ana = house.browser("berta@example.com"), house.browser("ana@example.com")
    form = {"name": "Board", "period": "30d", "refresh": "5", "shared": "all", "start": ["all"]}
    assert berta.post("/dashboards/1/settings", form).status_code == 302
    assert "/dashboards/1/tiles/1?period=30d" in ana.get("/").text
    assert 'hx-trigger="load, every 300s"' in ana.get("/dashboards/1").text
    own = {"name": "Own", "start": [f"user:{sold.ana}"]}
    assert ana.post(f"/dashboards/{copied['id']}/settings", own).status_code == 302
    home = ana.get("/").text
    assert (
        f"/dashboards/{copied['id']}/tiles/{copied['tiles'][0]['id']}" in home
        and "/dashboards/1/tiles" not in home
    )
    ana.post(f"/dashboards/{copied['id']}/settings", {**own, "start": [f"user:{sold.ana}", "all"]})
    assert "/dashboards/1/tiles/1" in berta.get("/").text
    # a tile that fails says so, and the page with the others lives
    listed = copied["tiles"][1]["id"]
    _rename(sold, "crm_leads_lead", "away")
    failed = ana.get(f"/dashboards/{copied['id']}/tiles/{listed}")
    assert failed.status_code == 200 and "pane-quiet" in failed.text
    assert ana.get(f"/dashboards/{copied['id']}").status_code == 200
    _rename(sold, "away", "crm_leads_lead")
    assert "pane-list" in ana.get(f"/dashboards/{copied['id']}/tiles/{listed}").text
    # what is gone is a quiet tile, not an error
    lifecycle.disable(house.config, "crm_leads", by=None)
    text = berta.get("/dashboards/1/tiles/1").text
    assert "not there any more" in text
    lifecycle.enable(house.config, "crm_leads", by=None)
    assert "pane-figure" in berta.get("/dashboards/1/tiles/1?period=365d").text


def _add_from_a_report(browser: Browser) -> None:
    """What is asked of a report goes along to the dashboard, its period by name."""
    report = browser.get("/reports/lead-funnel?period=365d&salesperson=2").text
    link = re.search(r'href="(/dashboards/add\?[^"]+)"', report)
    assert link is not None
    address = link.group(1).replace("&amp;", "&")
    dialog = browser.get(address).text
    tables = re.findall(r'<option value="([^"]*)"[^>]*>Table: ', dialog)
    value = tables[0].replace("&#34;", '"').replace("&quot;", '"').replace("&amp;", "&")
    assert browser.post(address, {"piece": value, "dashboard": "1"}).status_code == 302
    assert browser.post(address, {"piece": "forged", "dashboard": "1"}).status_code == 422


def _rename(sold: Sold, table: str, to: str) -> None:
    """Have every statement on a table fail, or work again."""
    with sold.installation.session() as session:
        session.execute(sa.text(f"ALTER TABLE {table} RENAME TO {to}"))
        session.commit()
