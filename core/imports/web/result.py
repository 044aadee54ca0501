"""The last step: what became of the rows, and the bad ones to be mended and tried again."""

from __future__ import annotations

import re
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, cast

import sqlalchemy as sa
from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Blueprint, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from core.i18n import _, ngettext
from core.imports.error_file import write_errors
from core.imports.models import (
    CREATED,
    DUPLICATE,
    ERROR,
    FINISHED,
    KEPT,
    UNDONE,
    UPDATED,
    ImportRow,
    ImportRun,
)
from core.imports.retry import retry_rows
from core.imports.undo import undone_so_far
from core.imports.uploads import file_type
from core.imports.web.own import OwnImport, own
from core.imports.web.sheet import counted, draw_records, draw_sheet, summary_of
from core.resources.door import flash_toast
from core.routing import id_of

SHOWN = 50
IN_MEMORY = 8 * 1024**2


def add_routes(blueprint: Blueprint, at: str) -> None:
    blueprint.add_url_rule(at, "result", result)
    blueprint.add_url_rule(f"{at}/errors.<any(csv, xlsx):format>", "errors", errors)
    blueprint.add_url_rule(f"{at}/retry", "retry", retry, methods=["POST"])


def result(id: int) -> ResponseReturnValue:
    step = own(id)
    run = step.run
    if step.is_open:
        return redirect(step.step("review" if step.is_busy or run.checked else "columns"))
    if run.state == UNDONE:
        return _taken_back(step)
    if run.state != FINISHED:
        stopped = not step.is_busy
        return render_template(
            "imports/running.html", step=step, run=run, here=step.here, current=4, stopped=stopped
        )
    show = request.args.get("show", "")
    if show not in (CREATED, UPDATED, DUPLICATE, ERROR):
        show = (
            ERROR
            if run.counts.get("errors")
            else CREATED
            if any(run.counts["created"].values())
            else DUPLICATE
        )
    after = request.args.get("after", 0, id_of)
    rows = _rows(step, show, after)
    more = rows[SHOWN - 1].row if len(rows) > SHOWN else None
    rows = rows[:SHOWN]
    formats = step.here.formats
    return render_template(
        "imports/result.html",
        step=step,
        here=step.here,
        run=run,
        counts=run.counts,
        show=show,
        after=after,
        more=more,
        sheet=draw_sheet(step, rows) if show == ERROR else None,
        records=None if show == ERROR else draw_records(step, rows),
        also=summary_of(step),
        made=counted(step, run.counts["created"], formats),
        total=sum(run.counts["created"].values()),
        headline=_headline(step),
        error_format=file_type(run),
        ended=format_datetime(run.finished_at, "short", tzinfo=formats.zone, locale=formats.language),
        seconds=_seconds(run, formats.language),
        as_tried=_same(run.checked, run.counts),
    )


def _taken_back(step: OwnImport) -> str:
    """What became of an import that was undone, and of it the records that were kept."""
    after = request.args.get("after", 0, id_of)
    rows = _rows(step, KEPT, after)
    return render_template(
        "imports/undone.html",
        step=step,
        here=step.here,
        run=step.run,
        undone=undone_so_far(step.here.session, step.run.id),
        when=format_datetime(
            step.run.undone_at, "short", tzinfo=step.here.formats.zone, locale=step.here.formats.language
        ),
        records=draw_records(step, rows[:SHOWN]),
        after=after,
        more=rows[SHOWN - 1].row if len(rows) > SHOWN else None,
    )


def errors(id: int, format: str) -> ResponseReturnValue:
    """The bad rows as a file: the columns as they were, and why each could not be taken."""
    step = own(id)
    file = cast(IO[bytes], SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  # the answer closes it
    write_errors(step.here.session, step.here.house, step.run, cast(BytesIO, file), format)
    file.seek(0)
    name = step.run.filename.rpartition(".")[0] or step.run.filename
    return send_file(file, as_attachment=True, download_name=f"{name}-{_('errors')}.{format}", max_age=0)


def retry(id: int) -> ResponseReturnValue:
    """Bring in the rows whose cells were mended."""
    step = own(id)
    if step.run.state != FINISHED:
        return redirect(step.step("result"))
    typed: dict[int, dict[int, str]] = {}
    for name, text in request.form.items():
        place = _CELL.fullmatch(name)
        if place is not None:
            typed.setdefault(int(place[1]), {})[int(place[2])] = text
    mended, wrong = retry_rows(step.here.session, step.here.house, step.here.actor, step.run, typed)
    step.here.session.commit()
    if not mended and not wrong:
        flash_toast(_("Nothing was changed in these rows."), "warn")
    elif wrong:
        flash_toast(_("Brought in: %(mended)s. Still wrong: %(wrong)s.", mended=mended, wrong=wrong), "warn")
    else:
        flash_toast(ngettext("%(num)s row was brought in.", "%(num)s rows were brought in.", mended))
    return redirect(step.step("result"))


def _rows(step: OwnImport, outcome: str, after: int) -> list[ImportRow]:
    return list(
        step.here.session.scalars(
            sa.select(ImportRow)
            .where(ImportRow.import_id == step.run.id, ImportRow.outcome == outcome, ImportRow.row > after)
            .order_by(ImportRow.row)
            .limit(SHOWN + 1)
        )
    )


def _seconds(run: ImportRun, language: str) -> str:
    """How long it took, to a tenth."""
    if run.finished_at is None or run.started_at is None:
        return ""
    return format_decimal(
        max(round((run.finished_at - run.started_at).total_seconds(), 1), 0.1), locale=language
    )


def _headline(step: OwnImport) -> str:
    counts = step.run.counts
    new = sum(counts["created"].values())
    said = [ngettext("%(num)s new record", "%(num)s new records", new)]
    if counts["errors"]:
        said.append(ngettext("%(num)s row to mend", "%(num)s rows to mend", counts["errors"]))
    return ", ".join(said)


def _same(tried: dict[str, object], found: dict[str, object]) -> bool:
    """Whether the run came to what the dry run had said."""
    return bool(tried) and all(
        tried.get(name) == found.get(name) for name in ("rows", "created", "updated", "duplicates", "errors")
    )


_CELL = re.compile(r"cell-(\d{1,9})-(\d{1,4})", re.ASCII)
