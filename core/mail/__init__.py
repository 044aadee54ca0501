"""Mail: written here, kept in the outbox with the transaction that asks for it, sent by a worker."""

from core.mail.compose import compose, send_later
from core.mail.settings import MAIL_SETTINGS

__all__ = ["MAIL_SETTINGS", "compose", "send_later"]
