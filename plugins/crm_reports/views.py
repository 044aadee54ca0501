"""The pages of reports, their workbooks, and the same figures for programs."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, abort, g, jsonify, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from core.api import Actor, current_house, db, formats_for, reading_for
from plugins.crm_reports.ask import Ask, Reader, read_ask
from plugins.crm_reports.declare import Report
from plugins.crm_reports.echarts import option_of
from plugins.crm_reports.excel import write_workbook
from plugins.crm_reports.pills import tools_of
from plugins.crm_reports.plain import plain_answer, plain_report
from plugins.crm_reports.services import RIGHT, answer, reports_of

blueprint = Blueprint("crm_reports", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/reports")
def index() -> ResponseReturnValue:
    """The reports there are, as cards."""
    return render_template("crm_reports/index.html", reports=reports_of(current_house(), _actor()))


@blueprint.get("/reports/<name>")
def report(name: str) -> ResponseReturnValue:
    """One report: figures, pictures, table."""
    reader, ask = _asked(name)
    address = url_for("crm_reports.report", name=name)
    found = answer(db.session(), reader, ask)
    return render_template(
        "crm_reports/report.html",
        report=ask.report,
        ask=ask,
        answer=found,
        tools=tools_of(db.session(), reader, ask, address, request.args.get("add", "")),
        options=[(picture, option_of(picture)) for picture in found.pictures],
        wider=found.wider.url(address) if found.wider else "",
        workbook_url=ask.url(url_for("crm_reports.workbook", name=name)),
        address=address,
    )


@blueprint.get("/reports/<name>.xlsx")
def workbook(name: str) -> ResponseReturnValue:
    """The same report as a workbook with native charts."""
    reader, ask = _asked(name)
    target = BytesIO()
    write_workbook(target, reader, answer(db.session(), reader, ask))
    target.seek(0)
    return send_file(
        target,
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{name}-{ask.period.first}-{ask.period.last}.xlsx",
        max_age=0,
    )


@blueprint.get("/api/v1/reports")
def list_for_programs() -> ResponseReturnValue:
    """The reports there are."""
    reports = reports_of(current_house(), _actor())
    return jsonify(
        {
            "items": [
                plain_report(each, url_for("crm_reports.for_programs", name=each.name)) for each in reports
            ]
        }
    )


@blueprint.get("/api/v1/reports/<name>")
def for_programs(name: str) -> ResponseReturnValue:
    """One report's figures and rows."""
    reader, ask = _asked(name)
    return jsonify(plain_answer(answer(db.session(), reader, ask)))


def _asked(name: str) -> tuple[Reader, Ask]:
    """For whom the report of this name is, and what they ask of it; 404 where they have no such report."""
    actor, house = _actor(), current_house()
    found: Report | None = next((each for each in reports_of(house, actor) if each.name == name), None)
    if found is None:
        abort(404)
    formats = formats_for(db.session(), actor)
    reading = reading_for(db.session(), actor, formats=formats)
    reader = Reader(house, actor, formats, reading, request.script_root)
    return reader, read_ask(found, reader, request.args.to_dict(flat=False))


def _actor() -> Actor:
    actor: Actor = g.actor
    if not actor.may(*RIGHT):
        abort(403)
    return actor
