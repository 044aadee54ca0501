"""Users, roles and teams at their pages: who may open them, what they store, what they refuse."""

from __future__ import annotations

import sqlalchemy as sa

from core.access.actor import Scope
from core.access.models import Role, Team, User
from core.access.roles import grants_of
from core.access.service import actor_for, find_user
from core.testing.installation import ADMIN, PASSWORD, Installation

ANA, BEA, MIA = "ana@example.com", "bea@example.com", "mia@example.com"
FORM = {"language": "es", "zone": "America/Caracas"}


def role_id(installation: Installation, name: str) -> int:
    with installation.session() as session:
        return int(session.scalars(sa.select(Role.id).where(Role.name == name)).one())


def user_id(installation: Installation, email: str) -> int:
    with installation.session() as session:
        return int(session.scalars(sa.select(User.id).where(User.email == email)).one())


def test_only_administrators_open_them(sqlite_installation: Installation) -> None:
    sqlite_installation.user(MIA, roles=["manager"])
    browser = sqlite_installation.browser(MIA)
    for path in (
        "/settings/users",
        "/settings/users/new",
        "/settings/roles",
        "/settings/teams",
        "/settings/teams/new",
        f"/settings/roles/{role_id(sqlite_installation, 'manager')}",
    ):
        assert browser.get(path).status_code == 403, path
    assert (
        browser.post(
            f"/settings/roles/{role_id(sqlite_installation, 'manager')}", {"settings.edit": "3"}
        ).status_code
        == 403
    )
    assert (
        browser.post(
            "/settings/users/new", {"name": "x", "email": "x@example.com", "roles": "administrator", **FORM}
        ).status_code
        == 403
    )


def test_an_invited_person_chooses_a_password_and_comes_in(installation: Installation) -> None:
    boss = installation.browser()
    assert boss.get("/settings/users").status_code == 200
    assert boss.get("/settings/users/new").status_code == 200
    page = boss.post(
        "/settings/users/new",
        {"name": "Ana Pérez", "email": ANA, "roles": "salesperson", "how": "show", **FORM},
    )
    link = page.text.split('value="http://localhost')[1].split('"')[0]
    assert link not in boss.get("/settings/users").text
    guest = installation.browser(None)
    guest.get("/sign-in")
    assert guest.post("/sign-in", {"email": ANA, "password": ""}).status_code == 422
    assert guest.get(link).status_code == 200
    assert guest.post(link, {"password": PASSWORD}).status_code == 302
    guest = installation.browser(ANA)
    assert guest.get("/leads").status_code == 200


def test_what_is_wrong_with_an_invitation_is_said_and_kept(sqlite_installation: Installation) -> None:
    boss = sqlite_installation.browser()
    for email in ("nonsense", ADMIN.upper()):
        answer = boss.post(
            "/settings/users/new", {"name": "Somebody", "email": email, "roles": "salesperson", **FORM}
        )
        assert answer.status_code == 422
        assert 'value="Somebody"' in answer.text
        assert 'role="alert"' in answer.text
    answer = boss.post("/settings/users/new", {"name": "x", "email": ANA, "roles": "emperor", **FORM})
    assert answer.status_code == 422


def test_the_last_administrator_stays(installation: Installation) -> None:
    boss = installation.browser()
    id = user_id(installation, ADMIN)
    form = {"name": "Ada", "email": ADMIN, "active": "y", **FORM}
    assert boss.post(f"/settings/users/{id}", form | {"roles": "salesperson"}).status_code == 422
    assert (
        boss.post(
            f"/settings/users/{id}", {"name": "Ada", "email": ADMIN, "roles": "administrator", **FORM}
        ).status_code
        == 422
    )
    assert boss.get("/settings/users").status_code == 200
    installation.user(MIA, roles=["administrator"])
    assert boss.post(f"/settings/users/{id}", form | {"roles": "salesperson"}).status_code == 302
    assert boss.get("/settings/users").status_code == 403


def test_a_changed_grant_counts_at_the_next_request(installation: Installation) -> None:
    installation.user(ANA)
    installation.user(BEA)
    boss, ana = installation.browser(), installation.browser(ANA)
    headers = installation.token(BEA)
    installation.browser(None).client.post("/api/v1/leads", json={"name": "Bea's lead"}, headers=headers)
    assert "Bea&#39;s lead" not in ana.get("/leads").text
    id = role_id(installation, "salesperson")
    page = boss.get(f"/settings/roles/{id}")
    assert 'name="leads.view"' in page.text
    assert 'name="leads.convert"' in page.text
    assert boss.post(f"/settings/roles/{id}", {"leads.view": "3"}).status_code == 302
    assert "Bea&#39;s lead" in ana.get("/leads").text
    with installation.session() as session:
        granted = grants_of(session, session.get_one(Role, id))
        assert granted["leads", "view"] is Scope.ALL
        assert granted["leads", "edit"] is Scope.OWN, "what was not sent stays"


def test_the_matrix_refuses_what_is_no_scope(sqlite_installation: Installation) -> None:
    boss = sqlite_installation.browser()
    id = role_id(sqlite_installation, "salesperson")
    assert boss.post(f"/settings/roles/{id}", {"leads.view": "7"}).status_code == 400
    assert boss.post(f"/settings/roles/{id}", {"settings.edit": "1"}).status_code == 302
    with sqlite_installation.session() as session:
        assert grants_of(session, session.get_one(Role, id))["settings", "edit"] is Scope.NONE
    admin = role_id(sqlite_installation, "administrator")
    assert boss.post(f"/settings/roles/{admin}", {"leads.view": "0"}).status_code == 422


def test_own_roles_are_made_and_removed(sqlite_installation: Installation) -> None:
    boss = sqlite_installation.browser()
    assert (
        boss.post(
            "/settings/roles", {"label": "Televentas", "like": role_id(sqlite_installation, "salesperson")}
        ).status_code
        == 302
    )
    assert boss.post("/settings/roles", {"label": "Televentas"}).status_code == 422
    assert "Televentas" in boss.get("/settings/roles").text
    with sqlite_installation.session() as session:
        role = session.scalars(sa.select(Role).where(Role.label == "Televentas")).one()
        assert grants_of(session, role)["leads", "view"] is Scope.OWN
    sqlite_installation.user(ANA, roles=[role.name])
    assert boss.post(f"/settings/roles/{role.id}/delete").status_code == 422, "somebody has it"
    with sqlite_installation.session() as session:
        ana = find_user(session, ANA)
        assert ana is not None
        ana.roles = []
        session.commit()
    assert boss.post(f"/settings/roles/{role.id}/delete").status_code == 302
    shipped = role_id(sqlite_installation, "auditor")
    assert boss.post(f"/settings/roles/{shipped}/delete").status_code == 422


def test_a_team_is_seen_by_its_manager_from_the_next_request(installation: Installation) -> None:
    for email, role in ((ANA, "salesperson"), (BEA, "salesperson"), (MIA, "manager")):
        installation.user(email, roles=[role])
    boss, mia = installation.browser(), installation.browser(MIA)
    client = installation.browser(None).client
    for email in (ANA, BEA):
        client.post("/api/v1/leads", json={"name": f"lead of {email}"}, headers=installation.token(email))
    assert ANA not in mia.get("/leads").text
    members = [str(user_id(installation, email)) for email in (ANA, BEA)]
    form = {"name": "Norte", "manager": str(user_id(installation, MIA)), "members": members}
    assert boss.post("/settings/teams/new", form).status_code == 302
    assert boss.post("/settings/teams/new", form).status_code == 422, "a name is taken once"
    assert f"lead of {ANA}" in mia.get("/leads").text
    assert f"lead of {BEA}" in mia.get("/leads").text
    with installation.session() as session:
        team = session.scalars(sa.select(Team)).one()
    assert (
        boss.get("/settings/teams").status_code == boss.get(f"/settings/teams/{team.id}").status_code == 200
    )
    assert boss.post(f"/settings/teams/{team.id}", form | {"members": members[:1]}).status_code == 302
    assert f"lead of {BEA}" not in mia.get("/leads").text
    mia_id = user_id(installation, MIA)
    with installation.session() as session:
        assert actor_for(session, mia_id).team_ids == {mia_id, int(members[0])}
    assert boss.post(f"/settings/teams/{team.id}/delete").status_code == 302
    assert f"lead of {ANA}" not in mia.get("/leads").text


def test_ones_own_profile_is_kept(installation: Installation) -> None:
    installation.user(ANA)
    browser = installation.browser(ANA)
    form = {"name": "Ana María", "language": "fr", "zone": "Europe/Paris", "theme": "dark"}
    assert browser.post("/profile", form).status_code == 302
    page = browser.get("/profile").text
    assert '<html lang="fr"' in page
    assert "Ana María" in page
    assert browser.post("/profile", form | {"zone": "Mars/Olympus"}).status_code == 422
    assert (
        browser.post("/profile", form | {"roles": "administrator", "email": "x@example.com"}).status_code
        == 302
    )
    with installation.session() as session:
        ana = find_user(session, ANA)
        assert ana is not None
        assert [role.name for role in ana.roles] == ["salesperson"]


def test_missing_ones_are_404(sqlite_installation: Installation) -> None:
    boss = sqlite_installation.browser()
    for path in ("/settings/users/999", "/settings/roles/999", "/settings/teams/999"):
        assert boss.get(path).status_code == 404
