"""Targets as a workbook: who, how far, the target, what there should be by now, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import BinaryIO

from core.api import SinkColumn, XlsxSink, _
from plugins.crm_reports.ask import Reader
from plugins.crm_reports.targets.progress import Progress
from plugins.crm_reports.targets.spans import period_label


def write_targets(
    target: BinaryIO, reader: Reader, span: str, first: date, found: Sequence[Progress]
) -> None:
    """One row for each target that the reader may know; what they may not is empty."""
    columns = [
        SinkColumn(_("Report"), width=28),
        SinkColumn(_("Measure"), width=24),
        SinkColumn(_("Whose"), width=24),
        SinkColumn(_("Period"), width=20),
        SinkColumn(_("Unit"), width=8),
        SinkColumn(_("Target"), "decimal"),
        SinkColumn(_("So far"), "decimal"),
        SinkColumn(_("By today"), "decimal"),
        SinkColumn(_("Forecast"), "decimal"),
    ]
    with XlsxSink(target, zone=reader.formats.zone) as sink:
        sink.begin(_("Targets"), columns)
        for each in found:
            sink.row(
                [
                    str(each.goal.report.label),
                    str(each.goal.measure.label),
                    each.whose.label,
                    period_label(span, first, reader.formats.language),
                    each.target.currency or str(each.goal.unit),
                    each.target.value,
                    *(_rounded(value) for value in (each.so_far, each.pace, each.forecast)),
                ]
            )


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else round(value, 2)
