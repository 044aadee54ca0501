"""Validation of e-mail addresses and phones: the red and green marks, what is sent, and what answers it (S3)."""

from core.api import _l
from plugins.crm_clients.validation.mark import mark_of, validation_mark
from plugins.crm_clients.validation.rest import VALIDATION_ACTIONS
from plugins.crm_clients.validation.service import carry_over

HAPPENINGS = (
    ("validation_sent", _l("Asked to confirm"), "send"),
    ("validated", _l("Validated"), "circle-check"),
)
"""What the history of a record with marks tells."""

__all__ = ["HAPPENINGS", "VALIDATION_ACTIONS", "carry_over", "mark_of", "validation_mark"]
