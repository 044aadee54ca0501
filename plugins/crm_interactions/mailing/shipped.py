"""The templates that a new installation finds, in each language."""

from __future__ import annotations

from sqlalchemy.orm import Session

from core.api import fold
from plugins.crm_interactions.mailing.models import MailTemplate

TEMPLATES: tuple[tuple[str, str, str, str], ...] = (
    # language, name, subject, body
    (
        "en",
        "First contact",
        "Thank you for your interest",
        "Hello {addressee},\n\nthank you for your interest in {our_company}. When would it suit you to talk?\n\n"
        "Kind regards\n{my_name}\n{our_company}",
    ),
    (
        "en",
        "Follow-up",
        "Our conversation",
        "Hello {addressee},\n\nI would like to come back to our conversation. Is there anything you still need from"
        " us?\n\nKind regards\n{my_name}\n{our_company}",
    ),
    (
        "en",
        "Thank you",
        "Thank you",
        "Hello {addressee},\n\nthank you for your trust. We are here whenever you need us.\n\n"
        "Kind regards\n{my_name}\n{our_company}",
    ),
    (
        "es",
        "Primer contacto",
        "Gracias por su interés",
        "Buen día, {addressee}:\n\nGracias por su interés en {our_company}. ¿Cuándo le conviene que conversemos?\n\n"
        "Saludos cordiales,\n{my_name}\n{our_company}",
    ),
    (
        "es",
        "Seguimiento",
        "Nuestra conversación",
        "Buen día, {addressee}:\n\nQuisiera retomar nuestra conversación. ¿Hay algo que aún necesite de nosotros?\n\n"
        "Saludos cordiales,\n{my_name}\n{our_company}",
    ),
    (
        "es",
        "Agradecimiento",
        "Gracias",
        "Buen día, {addressee}:\n\nGracias por su confianza. Estamos a su disposición cuando nos necesite.\n\n"
        "Saludos cordiales,\n{my_name}\n{our_company}",
    ),
    (
        "fr",
        "Premier contact",
        "Merci de votre intérêt",
        "Bonjour {addressee},\n\nMerci de l’intérêt que vous portez à {our_company}. Quand pourrions-nous nous"
        " parler ?\n\nBien cordialement\n{my_name}\n{our_company}",
    ),
    (
        "fr",
        "Suivi",
        "Notre conversation",
        "Bonjour {addressee},\n\nJe souhaite reprendre notre conversation. Avez-vous encore besoin de quelque chose"
        " de notre part ?\n\nBien cordialement\n{my_name}\n{our_company}",
    ),
    (
        "fr",
        "Remerciement",
        "Merci",
        "Bonjour {addressee},\n\nMerci de votre confiance. Nous restons à votre disposition.\n\n"
        "Bien cordialement\n{my_name}\n{our_company}",
    ),
)


def ship_templates(session: Session) -> None:
    """Put the shipped templates into the tables that were just made."""
    for language, name, subject, body in TEMPLATES:
        session.add(
            MailTemplate(language=language, name=name, name_folded=fold(name), subject=subject, body=body)
        )
    session.flush()
