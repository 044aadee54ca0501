"""Mail: written here, kept in the outbox with the transaction that asks for it, sent by a worker."""

from core.mail.compose import cancel_mail, compose, message_id, send_later
from core.mail.files import MailFile, outgoing_file
from core.mail.settings import MAIL_SETTINGS

__all__ = ["MAIL_SETTINGS", "MailFile", "cancel_mail", "compose", "message_id", "outgoing_file", "send_later"]
