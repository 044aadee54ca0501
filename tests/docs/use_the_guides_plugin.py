"""Uses the guide's plugin in a process of its own, so that its tables are mapped in no other test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.config import load_config
from core.testing.installation import Installation, Shape, config_for, make


def main(folder: Path, instance: Path) -> None:
    os.environ |= {"PROSPECTO_PLUGINS": str(folder), "PROSPECTO_INSTANCE": str(instance)}
    from core.host.lifecycle import disable, enable
    from core.host.schema.draft import draft_revision

    shape = Shape(apps=("crm_clients",), mode="simple", plugins=(folder,))
    config = config_for(instance, shape)
    assert draft_revision(load_config(), "visit_routes", "first tables") is not None
    make(config, shape)
    enable(config, "visit_routes", by=None)
    installation = Installation(config)
    api = installation.app.test_client()
    headers = installation.token()
    made = api.post(
        "/api/v1/clients",
        json={"name": "Farmacia Sol", "route": "Norte 1", "visit_day": "mon"},
        headers=headers,
    )
    assert made.status_code == 201, made.text
    assert made.json["route"] == "Norte 1"
    refused = api.post("/api/v1/clients", json={"name": "Taller Luna", "visit_day": "mon"}, headers=headers)
    assert refused.status_code == 422 and "route" in refused.json["error"]["fields"], refused.text
    found = api.get("/api/v1/clients?route=Norte+1", headers=headers).json["items"]
    assert [each["name"] for each in found] == ["Farmacia Sol"]
    person = installation.browser()
    assert "Norte 1" in person.get(f"/clients/{made.json['id']}").text
    assert "Norte 1" in person.get("/").text
    assert "Norte 1" in person.get("/clients?columns=name,route,on_route").text
    disable(config, "visit_routes", by=None)
    gone = api.get(f"/api/v1/clients/{made.json['id']}", headers=headers).json
    assert "route" not in gone
    assert person.get("/clients").status_code == 200
    enable(config, "visit_routes", by=None)
    assert api.get(f"/api/v1/clients/{made.json['id']}", headers=headers).json["route"] == "Norte 1"


main(Path(sys.argv[1]), Path(sys.argv[2]))
