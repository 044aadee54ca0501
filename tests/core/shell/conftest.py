"""The paint app's installation."""

from tests.core.paint.fixtures import paint_app, session, sign_in

__all__ = ["paint_app", "session", "sign_in"]
