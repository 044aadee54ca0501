"""Who may come in and what they may do: users, roles, teams, grants, tokens, sign-in attempts, the first-start link."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access.actor import Scope
from core.db import Id, Json, Model, UtcDateTime, utcnow

user_roles = sa.Table(
    "core_user_role",
    Model.metadata,
    sa.Column("user_id", Id, sa.ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("role_id", Id, sa.ForeignKey("core_role.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class User(Model, UserMixin):
    """A person who signs in. Never deleted while records name them: `active` False keeps them out.

    `fs_uniquifier` is what session cookies carry: changing it signs the person out everywhere.
    """

    __tablename__ = "core_user"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    email_folded: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    password: Mapped[str | None] = mapped_column(sa.String(255))
    """Argon2id; None until an invited person has chosen one."""
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(16))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    """Encrypted with the installation's `totp` secret."""
    tf_last_counter: Mapped[int | None] = mapped_column(sa.BigInteger)
    """The time step of the last accepted code: one code opens once."""
    recovery_codes: Mapped[list[str]] = mapped_column(Json, default=list)
    """SHA-256 of each code not yet used."""
    language: Mapped[str] = mapped_column(sa.String(8), default="en")
    zone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    theme: Mapped[str] = mapped_column(sa.String(8), default="auto")
    hue: Mapped[str] = mapped_column(sa.String(16), default="slate")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=user_roles, order_by="Role.position"
    )
    membership: Mapped[TeamMember | None] = relationship(uselist=False, passive_deletes=True)

    def __repr__(self) -> str:
        return f"<User {self.id}>"


class Role(Model, RoleMixin):
    """A bundle of grants. The four shipped ones have fixed names and translated labels."""

    __tablename__ = "core_role"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    label: Mapped[str] = mapped_column(sa.String(80), default="")
    """What people call it; empty for a shipped role, whose label is translated."""
    is_admin: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=50)

    def __repr__(self) -> str:
        return f"<Role {self.name}>"


class Team(Model):
    """People whose records scope `team` shares; the manager need not be one of its members."""

    __tablename__ = "core_team"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    manager_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("core_user.id", ondelete="SET NULL"), index=True
    )


class TeamMember(Model):
    """Who is in which team: a person is in one at most."""

    __tablename__ = "core_team_member"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("core_team.id", ondelete="CASCADE"), index=True)


class Grant(Model):
    """How far a role's right to an action on a resource reaches. A stored NONE is a decision, not a gap."""

    __tablename__ = "core_grant"

    role_id: Mapped[int] = mapped_column(sa.ForeignKey("core_role.id", ondelete="CASCADE"), primary_key=True)
    resource: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    action: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    scope: Mapped[int] = mapped_column(
        sa.SmallInteger, sa.CheckConstraint(f"scope between 0 and {int(Scope.ALL)}", name="scope")
    )


class StageGrant(Model):
    """A role's right in one status of a resource with a path, where it is not as everywhere else. It beats the grant.

    `value_id` is the status, `action` view, edit or move (into it).
    """

    __tablename__ = "core_stage_grant"

    role_id: Mapped[int] = mapped_column(sa.ForeignKey("core_role.id", ondelete="CASCADE"), primary_key=True)
    resource: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    action: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    value_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    scope: Mapped[int] = mapped_column(
        sa.SmallInteger, sa.CheckConstraint(f"scope between 0 and {int(Scope.ALL)}", name="scope")
    )


class Share(Model):
    """A record shown to a person or a team beyond what their roles reach; the row goes with its record."""

    __tablename__ = "core_share"
    __table_args__ = (
        sa.UniqueConstraint("resource", "record_id", "user_id"),
        sa.UniqueConstraint("resource", "record_id", "team_id"),
        sa.CheckConstraint("(user_id is null) <> (team_id is null)", name="one"),
        sa.Index("ix_core_share_user_id", "user_id", "resource", "record_id"),
        sa.Index("ix_core_share_team_id", "team_id", "resource", "record_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    resource: Mapped[str] = mapped_column(sa.String(60))
    record_id: Mapped[int] = mapped_column(Id)
    user_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("core_user.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("core_team.id", ondelete="CASCADE"))
    may_edit: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(Id, sa.ForeignKey("core_user.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Token(Model):
    """A key to the API, in its owner's name. Only its SHA-256 is kept; `start` tells tokens apart on the page."""

    __tablename__ = "core_token"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    start: Mapped[str] = mapped_column(sa.String(12))
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    read_only: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class Attempt(Model):
    """Failed sign-ins of one account or one address; `key` is a hash, so that no typed address is kept."""

    __tablename__ = "core_attempt"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SetupLink(Model):
    """The one-time link to the first-start page, printed by the server."""

    __tablename__ = "core_setup_link"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
