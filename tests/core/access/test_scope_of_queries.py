"""What a person's queries find, however they are written; what cannot be kept in scope raises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Bundle, Session, aliased, contains_eager, joinedload, selectinload, subqueryload

from core.access.actor import ANONYMOUS, Scope, actor_of, work_for
from core.access.scope import Unscoped
from core.db import engine_for
from core.host.faults import PluginError
from core.host.markers import hookimpl
from core.house import House
from tests.core.access.conftest import People
from tests.core.access.declared import Customer, Phone, Place, Prospect, Ring, make_house

AsPerson = Callable[[str], Session]
OTHER = aliased(Prospect)

OWNERS = {
    "ana": {"ana"},
    "bea": {"bea"},
    "carl": {"carl"},
    "mia": {"ana", "bea"},
    "ada": {"ana", "bea", "carl", "nobody"},
    "otto": {"ana", "bea", "carl", "nobody"},
}


@pytest.mark.parametrize("person", OWNERS)
def test_each_role_sees_what_its_scope_reaches(
    as_person: AsPerson, records: dict[str, int], person: str
) -> None:
    seen = as_person(person).scalars(sa.select(Prospect.name)).all()
    assert set(seen) == {f"{owner}'s prospect" for owner in OWNERS[person]}


READS: dict[str, Any] = {
    "an attribute": sa.select(Prospect.name),
    "a label": sa.select(Prospect.name.label("called")),
    "an expression": sa.select(Prospect.name + ""),
    "a function": sa.select(sa.func.coalesce(Prospect.name, "")),
    "a case": sa.select(sa.case((Prospect.id > 0, Prospect.name), else_="")),
    "a bundle": sa.select(Bundle("row", Prospect.name)),
    "an alias": sa.select(OTHER.name),
    "a subquery": sa.select(sa.select(Prospect.name).subquery().c.name),
    "an alias of a subquery": sa.select(aliased(Prospect, sa.select(Prospect).subquery()).name),
    "a common table": sa.select(sa.select(Prospect.name).cte().c.name),
    "a union": sa.union_all(sa.select(Prospect.name), sa.select(Prospect.name).where(sa.false())),
    "an in": sa.select(Prospect.name).where(Prospect.id.in_(sa.select(OTHER.id))),
    "an exists": sa.select(Prospect.name).where(
        sa.select(Phone.id).where(Phone.prospect_id == Prospect.id).exists()
    ),
    "a join to what hangs on it": sa.select(Prospect.name).join(Prospect.phones),
    "a join from what hangs on it": sa.select(Prospect.name).select_from(Phone).join(Phone.prospect),
    "a join to an alias": sa.select(OTHER.name).select_from(Phone).join(OTHER, OTHER.id == Phone.prospect_id),
    "columns changed after a join": sa.select(Phone).join(Phone.prospect).with_only_columns(Prospect.name),
    "a group": sa.select(Prospect.name).group_by(Prospect.name).having(sa.func.count() > 0),
    "a literal column": sa.select(sa.literal_column("name")).select_from(Prospect),
    "an order by a window": sa.select(Prospect.name, sa.func.row_number().over(order_by=Prospect.id)),
    "the plain table of a named class": sa.select(Prospect.name).where(Prospect.__table__.c.id > 0),
}


@pytest.mark.parametrize("way", READS)
def test_a_salesperson_finds_only_their_own_however_they_ask(
    as_person: AsPerson, records: dict[str, int], way: str
) -> None:
    assert as_person("ana").scalars(READS[way]).all() in (["ana's prospect"], [("ana's prospect",)])
    assert len(as_person("ada").scalars(READS[way]).all()) == 4


COUNTS: dict[str, Any] = {
    "of ids": sa.select(sa.func.count(Prospect.id)),
    "of rows": sa.select(sa.func.count()).select_from(Prospect),
    "of a subquery": sa.select(sa.func.count()).select_from(sa.select(Prospect.id).subquery()),
    "of what hangs on it": sa.select(sa.func.count(Phone.id)),
    "of what hangs on that": sa.select(sa.func.count(Ring.id)),
    "of an alias": sa.select(sa.func.count(OTHER.id)),
    "in a column of its own": sa.select(sa.select(sa.func.count(Prospect.id)).scalar_subquery()),
}


@pytest.mark.parametrize("way", COUNTS)
def test_counts_do_not_count_others(as_person: AsPerson, records: dict[str, int], way: str) -> None:
    assert as_person("ana").scalar(COUNTS[way]) == 1
    assert as_person("mia").scalar(COUNTS[way]) == 2


def test_whether_something_exists_is_not_told_of_others(as_person: AsPerson, records: dict[str, int]) -> None:
    question = sa.select(sa.select(Prospect.id).where(Prospect.name == "carl's prospect").exists())
    assert as_person("ana").scalar(question) is False
    assert as_person("carl").scalar(question) is True


def test_anothers_record_is_like_a_missing_one(as_person: AsPerson, records: dict[str, int]) -> None:
    session = as_person("ana")
    assert session.get(Prospect, records["ana's prospect"]) is not None
    assert session.get(Prospect, records["carl's prospect"]) is None
    assert session.get(Prospect, records["nobody's prospect"]) is None
    assert session.get(Phone, records["carl's phone"]) is None


def test_relationships_stop_at_the_scope(as_person: AsPerson, records: dict[str, int]) -> None:
    prospect = as_person("ana").scalars(sa.select(Prospect)).one()
    assert prospect.customer is None, "it is Carl's"
    assert [phone.number for phone in prospect.phones] == ["1"]
    assert as_person("ada").get(Prospect, prospect.id).customer.name == "carl's customer"


@pytest.mark.parametrize("load", [joinedload, selectinload, subqueryload])
def test_relationships_loaded_at_once_stop_too(
    as_person: AsPerson, records: dict[str, int], load: Any
) -> None:
    statement = sa.select(Prospect).options(load(Prospect.customer), load(Prospect.phones))
    prospect = as_person("ana").scalars(statement).unique().one()
    assert prospect.customer is None
    assert len(prospect.phones) == 1


def test_an_outer_join_shows_nothing_of_anothers(as_person: AsPerson, records: dict[str, int]) -> None:
    statement = sa.select(Prospect.name, Customer.name).outerjoin(Prospect.customer)
    assert as_person("ana").execute(statement).all() == [("ana's prospect", None)]
    eager = sa.select(Prospect).outerjoin(Prospect.customer).options(contains_eager(Prospect.customer))
    assert as_person("ana").scalars(eager).one().customer is None
    inner = sa.select(Prospect.name).join(Customer, Customer.id == Prospect.customer_id)
    assert as_person("ana").scalars(inner).all() == []


def test_deferred_attributes_and_refresh_stay_in_scope(
    as_person: AsPerson, session: Session, people: People, records: dict[str, int]
) -> None:
    mine = as_person("ana")
    prospect = mine.scalars(sa.select(Prospect)).one()
    assert prospect.note == "secret"
    mine.refresh(prospect)
    mine.rollback()
    session.execute(
        sa.update(Prospect).where(Prospect.id == records["ana's prospect"]).values(owner_id=people.carl)
    )
    session.commit()
    with pytest.raises(sa.exc.InvalidRequestError):
        mine.refresh(prospect)


def test_a_changed_row_is_only_ones_own(
    as_person: AsPerson, session: Session, records: dict[str, int]
) -> None:
    mine = as_person("ana")
    assert mine.execute(sa.update(Prospect).values(name="mine")).rowcount == 1
    assert mine.execute(sa.update(Phone).values(number="2")).rowcount == 1
    assert mine.execute(sa.delete(Prospect)).rowcount == 0, "a salesperson deletes nothing"
    mine.commit()
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Prospect.id)).where(Prospect.name == "mine")) == 1
    session.rollback()
    manager = as_person("mia")
    assert manager.execute(sa.delete(Prospect)).rowcount == 2
    manager.commit()
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Prospect.id))) == 2


PAST_THE_SCOPE: dict[str, Any] = {
    "text": sa.text("SELECT name FROM acc_prospect"),
    "text in capitals": sa.text('SELECT name FROM "ACC_PROSPECT"'),
    "a core table": sa.select(Prospect.__table__),
    "an alias of a core table": sa.select(Prospect.__table__.alias().c.name),
    "a core table of what hangs on it": sa.select(Phone.__table__),
    "a core table joined": sa.select(Place.id).join(Prospect.__table__, sa.true()),
    "a core subquery": sa.select(sa.select(Prospect.__table__.c.id).subquery()),
    "text in a where": sa.select(Place.id).where(sa.text("exists (select 1 from acc_prospect)")),
    "a column as text": sa.select(sa.literal_column("(select max(name) from acc_prospect)")).select_from(
        Place
    ),
    "a class in a where only": sa.select(Place.id).where(Place.id == Prospect.id),
    "exists over a class in a where": sa.select(Place.id).where(sa.exists().where(Prospect.id == Place.id)),
    "exists over nothing else": sa.select(sa.exists().where(Prospect.name == "carl's prospect")),
    "a relationship's has": sa.select(Prospect.id).where(
        Prospect.customer.has(Customer.name == "carl's customer")
    ),
    "a literal": sa.select(sa.literal(1)).where(Prospect.id == 1),
    "a window over a class": sa.select(sa.func.row_number().over(order_by=Prospect.id)),
    "two classes in one expression": sa.select(Customer.name + Prospect.name),
    "a select that could not correlate": sa.select(Prospect.id).where(
        Prospect.id.in_(sa.select(sa.literal(1)).where(Prospect.name == "carl's prospect"))
    ),
    "an insert": sa.insert(Prospect).values(name="x"),
    "a core update": sa.update(Prospect.__table__).values(name="x"),
    "a core delete": sa.delete(Phone.__table__),
    "an update with another class": sa.update(Place).values(name="x").where(Place.id == Prospect.id),
    "an update from text": sa.update(Place).values(name=sa.text("(select max(name) from acc_prospect)")),
}


@pytest.mark.parametrize("way", PAST_THE_SCOPE)
def test_what_cannot_be_kept_in_scope_raises(as_person: AsPerson, records: dict[str, int], way: str) -> None:
    with pytest.raises(Unscoped):
        as_person("ana").execute(PAST_THE_SCOPE[way])


def test_rows_given_by_key_raise(as_person: AsPerson, records: dict[str, int]) -> None:
    with pytest.raises(Unscoped):
        as_person("ana").execute(sa.update(Prospect), [{"id": records["carl's prospect"], "name": "x"}])
    with pytest.raises(Unscoped):
        as_person("ana").execute(sa.insert(Prospect), [{"name": "x"}])


def test_an_exception_says_so(as_person: AsPerson, records: dict[str, int]) -> None:
    count = sa.select(sa.func.count()).select_from(Prospect.__table__)
    assert as_person("ana").scalar(count, execution_options={"unscoped": True}) == 4
    assert as_person("ana").scalar(count.execution_options(unscoped=True)) == 4


def test_a_narrower_right_narrows_a_query(as_person: AsPerson, records: dict[str, int]) -> None:
    manager = as_person("mia")
    actor = actor_of(manager)
    assert actor is not None
    work_for(manager, replace(actor, grants={**actor.grants, ("prospects", "export"): Scope.OWN}))
    assert len(manager.scalars(sa.select(Prospect.name)).all()) == 2
    assert manager.scalars(sa.select(Prospect.name).execution_options(scope="export")).all() == []


def test_the_anonymous_see_nothing(as_person: AsPerson, records: dict[str, int]) -> None:
    session = as_person("ana")
    work_for(session, ANONYMOUS)
    assert session.scalars(sa.select(Prospect)).all() == []
    assert session.scalars(sa.select(Place)).all() == []


def test_records_without_owner_are_all_or_nothing(as_person: AsPerson, records: dict[str, int]) -> None:
    assert as_person("ana").scalars(sa.select(Place.name)).all() == ["Caracas"]


def test_without_a_house_nothing_is_read(as_person: AsPerson, records: dict[str, int]) -> None:
    session = as_person("ana")
    session.info["house"] = None
    with pytest.raises(Unscoped):
        session.scalars(sa.select(Prospect)).all()


def test_a_plugin_narrows_every_query(as_person: AsPerson, records: dict[str, int], tmp_path: Path) -> None:
    @hookimpl
    def filter_query(resource: Any, actor: Any) -> Any:
        return Prospect.name != "bea's prospect" if resource.name == "prospects" else None

    session = as_person("mia")
    session.info["house"] = make_house(tmp_path, filter_query=filter_query)
    assert session.scalars(sa.select(Prospect.name)).all() == ["ana's prospect"]
    assert session.scalar(sa.select(sa.func.count(Phone.id))) == 1
    boss = as_person("ada")
    boss.info["house"] = session.info["house"]
    assert len(boss.scalars(sa.select(Prospect.name)).all()) == 3


def test_a_plugin_that_fails_closes(as_person: AsPerson, records: dict[str, int], tmp_path: Path) -> None:
    @hookimpl
    def filter_query(resource: Any, actor: Any) -> Any:
        raise RuntimeError("broken")

    session = as_person("ada")
    session.info["house"] = make_house(tmp_path, filter_query=filter_query)
    for _attempt in range(2):
        with pytest.raises(PluginError, match="plugin_under_test"):
            session.scalars(sa.select(Prospect)).all()


def test_the_system_is_not_limited(session: Session, records: dict[str, int]) -> None:
    assert session.scalar(sa.text("SELECT count(*) FROM acc_prospect")) == 4
    assert session.scalar(sa.select(sa.func.count()).select_from(Prospect.__table__)) == 4


def test_a_swap_of_the_house_counts_at_once(
    as_person: AsPerson, records: dict[str, int], house: House, tmp_path: Path
) -> None:
    session = as_person("ana")
    assert len(session.scalars(sa.select(Prospect.name)).all()) == 1
    other = make_house(tmp_path)
    del other.resources["prospects"]
    session.info["house"] = other
    assert len(session.scalars(sa.select(Prospect.name)).all()) == 4, "nobody scopes what no app declares"
    session.info["house"] = house
    assert len(session.scalars(sa.select(Prospect.name)).all()) == 1


def test_a_person_costs_no_more_statements_than_the_system(
    as_person: AsPerson, session: Session, database: str, records: dict[str, int]
) -> None:
    said: list[str] = []
    sa.event.listen(
        engine_for(database), "before_cursor_execute", lambda _c, _k, text, *_rest: said.append(text)
    )
    mine = as_person("ana")
    said.clear()
    mine.scalars(sa.select(Prospect)).all()
    assert len([text for text in said if text.startswith("SELECT")]) == 1
