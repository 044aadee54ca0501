"""A file brought in from the command line: the same steps as the pages take, and an answer to print."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.access.actor import actor_of
from core.formats import formats_for
from core.house import House
from core.i18n import Text, _
from core.imports.error_file import bad_rows, field_labels, reason, write_errors
from core.imports.jobs import go_on, job_of, rest
from core.imports.models import ON_DUPLICATE, SKIP, ImportRun
from core.imports.plan import named_mapping, set_choices
from core.imports.run import run_import
from core.imports.touched import preview_undo
from core.imports.undo import undo_import
from core.imports.uploads import folder_of, keep_copy, new_run, understand
from core.resources.context import Refused
from core.resources.declare import Resource
from core.resources.identity import kin_of
from core.tabular import TableError

TOLD = 1000
"""So many bad rows are told one by one; the file of errors has all."""


@dataclass(frozen=True)
class Imported:
    """What an import came to."""

    counts: Mapping[str, Any]
    bad: tuple[tuple[int, str], ...]
    """Number and reason of the rows that could not be taken."""
    dry: bool
    labels: Mapping[str, str]
    """What the records of each resource are called."""

    def as_json(self) -> dict[str, Any]:
        """The counts, then the bad rows: their numbers, and each with its reason."""
        return {
            **self.counts,
            "error_rows": [row for row, _why in self.bad],
            "problems": [{"row": row, "reason": why} for row, why in self.bad],
        }

    def lines(self) -> Iterator[Text]:
        counts = self.counts
        if self.dry:
            yield _("Tried out; nothing was written.")
        yield _("Rows: %(count)s", count=counts["rows"])
        for resource, count in counts["created"].items():
            yield _(
                "Created, %(resource)s: %(count)s", resource=self.labels.get(resource, resource), count=count
            )
        yield _("Updated: %(count)s", count=counts["updated"])
        yield _("Duplicates: %(count)s", count=counts["duplicates"])
        yield _("Errors: %(count)s", count=counts["errors"])
        yield _("Warnings: %(count)s", count=counts["warnings"])
        for row, why in self.bad:
            yield _("Row %(row)s: %(reason)s", row=row, reason=why)
        if len(self.bad) < counts["errors"]:
            yield _(
                "… and %(count)s more; --errors FILE writes all of them.",
                count=counts["errors"] - len(self.bad),
            )


def import_file(
    session: Session,
    house: House,
    resource: Resource,
    file: Path,
    *,
    mapping: Path | Mapping[str, str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    on_duplicate: str = SKIP,
    dry_run: bool = False,
    errors: Path | None = None,
    keys: Sequence[str] | None = None,
    constants: Mapping[str, str] | None = None,
) -> Imported:
    """Bring a file in, in the name of the session's person; commits batch by batch.

    Args:
        mapping: header → field name ('' to leave a column out), or a JSON file of that; other columns are left out.
        keys: what records are recognised by: names of identity keys, and `id`; None for all that are sure.
        constants: field name → text for rows that say nothing themselves.
        errors: where to write the rows that could not be taken.

    Raises:
        TableError: the file is no table.
        Refused: the person may not import this, or the mapping makes no sense.
    """
    actor = actor_of(session)
    if actor is not None and not actor.may(resource.name, "import"):
        raise Refused(_("You may not import %(records)s.", records=str(resource.plural).lower()), "forbidden")
    if on_duplicate not in ON_DUPLICATE:
        raise Refused(_("Duplicates can be: %(known)s.", known=", ".join(ON_DUPLICATE)))
    wanted = {"encoding": encoding, "separator": "\t" if separator == "\\t" else separator}
    opened = understand(session, actor, resource, file, file.name, wanted=wanted)
    place = keep_copy(house.config, file)
    run = new_run(session, house, actor, resource, place, file.name, opened, on_duplicate=on_duplicate)
    try:
        if mapping is not None:
            chosen = named_mapping(resource, opened.table.headers, _names(mapping))
            run.mapping = {str(column): name for column, name in chosen.items()}
            run.constants = {
                name: value for name, value in run.constants.items() if name not in chosen.values()
            }
        set_choices(run, resource, keys, constants)
    except LookupError as error:
        place.unlink()
        raise Refused(str(error.args[0])) from None
    session.commit()
    try:
        counts = run_import(session, house, actor, run, folder_of(house.config), dry=dry_run)
        if errors is not None:
            write_errors(session, house, run, errors, "xlsx" if errors.suffix.lower() == ".xlsx" else "csv")
        bad = _bad(session, house, run)
    finally:
        if dry_run:
            session.rollback()
            session.delete(run)
            session.commit()
            place.unlink(missing_ok=True)
    created = {name: counts["created"].get(name, 0) for name in _targets(house, resource)} | counts["created"]
    labels = {name: str(house.resources[name].plural).lower() for name in created}
    return Imported(counts | {"created": created}, bad, dry_run, labels)


def undo_file(session: Session, house: House, id: int, *, dry_run: bool = False) -> dict[str, Any]:
    """Take an import back in the name of the session's person, or with `dry_run` say what that would do.

    Raises:
        Refused: there is no such import, it is not this person's, or cannot be taken back.
    """
    actor = actor_of(session)
    run = _run_of(session, id)
    if dry_run:
        return preview_undo(session, house, run, formats_for(session, actor)).as_json()
    job = job_of(session, run)
    if job is not None and not job.is_finished:
        raise Refused(_("This import is still at work."), "busy")
    return asdict(undo_import(session, house, actor, run))


def tell_undo(found: Mapping[str, Any]) -> Iterator[Text]:
    """What was or would be taken back, line by line."""
    if "removed" in found:
        yield _("Removed: %(count)s", count=found["removed"])
        yield _("Put back: %(count)s", count=found["restored"])
        yield _("Kept, as touched since: %(count)s", count=found["kept"])
        return
    yield _("Would be removed: %(count)s", count=sum(found["removes"].values()))
    yield _("Would be put back: %(count)s", count=sum(found["restores"].values()))
    yield _("Touched since, would be kept: %(count)s", count=found["touched"])
    for each in found["records"]:
        yield f"{each['resource']} {each['id']} {each['title']}: {each['why']}"


def steer_import(session: Session, house: House, id: int, deed: str) -> str:
    """Pause or resume an import; answers how its job stands then.

    Raises:
        Refused: there is no such import, or it is not resting or not at work.
    """
    run = _run_of(session, id)
    try:
        job = rest(session, run) if deed == "pause" else go_on(session, house, actor_of(session), run)
    except TableError as error:
        raise Refused(error.message()) from None
    session.commit()
    return (job.wanted or job.status) if job is not None else run.state


def _run_of(session: Session, id: int) -> ImportRun:
    """The import, for its owner and administrators."""
    actor, run = actor_of(session), session.get(ImportRun, id)
    if run is None or (actor is not None and not actor.is_admin and run.user_id != actor.user_id):
        raise Refused(_("There is no import %(id)s.", id=id), "absent")
    return run


def _targets(house: House, resource: Resource) -> list[str]:
    """Names of the resources that rows of a file may become records of."""
    return [each.name for each in kin_of(house, resource)] if resource.route_import else [resource.name]


def _bad(session: Session, house: House, run: ImportRun) -> tuple[tuple[int, str], ...]:
    names = field_labels(house, run)
    found = []
    for row in bad_rows(session, run.id):
        found.append((row.row, reason(row.problems or (), names)))
        if len(found) == TOLD:
            break
    return tuple(found)


def _names(mapping: Path | Mapping[str, str]) -> Mapping[str, str]:
    if not isinstance(mapping, Path):
        return mapping
    try:
        names = json.loads(mapping.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        raise Refused(_("%(file)s is not a file of JSON.", file=mapping.name)) from None
    if not isinstance(names, dict) or not all(isinstance(value, str) for value in names.values()):
        raise Refused(_("%(file)s must be an object: column name to field name.", file=mapping.name))
    return names
