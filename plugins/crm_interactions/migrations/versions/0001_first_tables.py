"""first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "crm_interactions_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "crm_interactions_kind",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_kind")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_interactions_kind_name_folded")),
    )
    op.create_table(
        "crm_interactions_outcome",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=True),
        sa.Column("hue", sa.String(length=20), nullable=False),
        sa.Column("meaning", sa.String(length=40), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_outcome")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_crm_interactions_outcome_name_folded")),
    )
    op.create_table(
        "crm_interactions_feed",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_crm_interactions_feed_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_crm_interactions_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_crm_interactions_feed_digest")),
    )
    op.create_table(
        "crm_interactions_interaction",
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("direction", sa.String(length=3), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("next_step", sa.String(length=300), nullable=True),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_interaction_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["crm_interactions_kind.id"],
            name=op.f("fk_crm_interactions_interaction_kind_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["outcome_id"],
            ["crm_interactions_outcome.id"],
            name=op.f("fk_crm_interactions_interaction_outcome_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_interaction_person_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_interaction")),
    )
    with op.batch_alter_table("crm_interactions_interaction", schema=None) as batch_op:
        batch_op.create_index("ix_crm_interactions_interaction_at", ["at", "id"], unique=False)
        batch_op.create_index("ix_crm_interactions_interaction_kind_id_at", ["kind_id", "at"], unique=False)
        batch_op.create_index("ix_crm_interactions_interaction_outcome_id", ["outcome_id"], unique=False)
        batch_op.create_index(
            "ix_crm_interactions_interaction_person_id_at", ["person_id", "at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_crm_interactions_interaction_record",
            ["resource", "record_id", "at", "id", "kind_id", "person_id", "outcome_id"],
            unique=False,
        )

    op.create_table(
        "crm_interactions_mention",
        sa.Column("interaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["crm_interactions_interaction.id"],
            name=op.f("fk_crm_interactions_mention_interaction_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_mention_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("interaction_id", "user_id", name=op.f("pk_crm_interactions_mention")),
    )
    with op.batch_alter_table("crm_interactions_mention", schema=None) as batch_op:
        batch_op.create_index("ix_crm_interactions_mention_user_id", ["user_id"], unique=False)

    op.create_table(
        "crm_interactions_participant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("interaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["crm_interactions_interaction.id"],
            name=op.f("fk_crm_interactions_participant_interaction_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_participant_user_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_participant")),
    )
    with op.batch_alter_table("crm_interactions_participant", schema=None) as batch_op:
        batch_op.create_index(
            "ix_crm_interactions_participant_interaction_id", ["interaction_id", "position"], unique=False
        )
        batch_op.create_index("ix_crm_interactions_participant_user_id", ["user_id"], unique=False)

    op.create_table(
        "crm_interactions_task",
        sa.Column("resource", sa.String(length=60), nullable=True),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("title_folded", sa.String(length=600), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("kind_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_time", sa.String(length=5), nullable=True),
        sa.Column("zone", sa.String(length=60), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("repeat_every", sa.Integer(), nullable=True),
        sa.Column("repeat_unit", sa.String(length=5), nullable=True),
        sa.Column("repeat_from", sa.String(length=4), nullable=True),
        sa.Column("repeat_day", sa.Integer(), nullable=True),
        sa.Column("repeat_until", sa.Date(), nullable=True),
        sa.Column("series_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("series_number", sa.Integer(), nullable=True),
        sa.Column("remind", sa.String(length=60), nullable=True),
        sa.Column("interaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_task_assignee_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_task_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_task_done_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["crm_interactions_interaction.id"],
            name=op.f("fk_crm_interactions_task_interaction_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["crm_interactions_kind.id"],
            name=op.f("fk_crm_interactions_task_kind_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_task")),
        sa.UniqueConstraint(
            "series_id", "series_number", name=op.f("uq_crm_interactions_task_series_id_series_number")
        ),
    )
    with op.batch_alter_table("crm_interactions_task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_crm_interactions_task_assignee_id_due_at",
            ["assignee_id", "done_at", "due_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_crm_interactions_task_created_by_id", ["created_by_id", "done_at"], unique=False
        )
        batch_op.create_index("ix_crm_interactions_task_done_at", ["done_at"], unique=False)
        batch_op.create_index("ix_crm_interactions_task_due_at", ["due_at", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_crm_interactions_task_interaction_id"), ["interaction_id"], unique=False
        )
        batch_op.create_index(
            "ix_crm_interactions_task_record", ["resource", "record_id", "done_at", "due_at"], unique=False
        )
        batch_op.create_index(
            "ix_crm_interactions_task_title_folded_id", ["title_folded", "id"], unique=False
        )

    op.create_table(
        "crm_interactions_reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["crm_interactions_task.id"],
            name=op.f("fk_crm_interactions_reminder_task_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_reminder_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_reminder")),
        sa.UniqueConstraint(
            "task_id", "user_id", "minutes", name=op.f("uq_crm_interactions_reminder_task_id_user_id_minutes")
        ),
    )
    with op.batch_alter_table("crm_interactions_reminder", schema=None) as batch_op:
        batch_op.create_index("ix_crm_interactions_reminder_at", ["told_at", "at"], unique=False)
        batch_op.create_index("ix_crm_interactions_reminder_user_id", ["user_id"], unique=False)

    op.create_table(
        "crm_interactions_reminder_habit",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_reminder_habit_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_crm_interactions_reminder_habit")),
    )

    op.create_table(
        "crm_interactions_task_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"],
            ["crm_interactions_task.id"],
            name=op.f("fk_crm_interactions_task_item_task_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_task_item")),
    )
    with op.batch_alter_table("crm_interactions_task_item", schema=None) as batch_op:
        batch_op.create_index("ix_crm_interactions_task_item_task_id", ["task_id", "position"], unique=False)

    op.create_table(
        "crm_interactions_mail_template",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_folded", sa.String(length=240), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_mail_template_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crm_interactions_mail_template")),
    )
    with op.batch_alter_table("crm_interactions_mail_template", schema=None) as batch_op:
        batch_op.create_index(
            "ix_crm_interactions_mail_template_name_folded_id", ["name_folded", "id"], unique=False
        )

    op.create_table(
        "crm_interactions_mail_message",
        sa.Column("interaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unique", sa.String(length=60), nullable=False),
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sender_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("cc", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("template_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["crm_interactions_interaction.id"],
            name=op.f("fk_crm_interactions_mail_message_interaction_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["core_user.id"],
            name=op.f("fk_crm_interactions_mail_message_sender_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["crm_interactions_mail_template.id"],
            name=op.f("fk_crm_interactions_mail_message_template_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_crm_interactions_mail_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_crm_interactions_mail_message_message_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_crm_interactions_mail_message_reference")),
        sa.UniqueConstraint("unique", name=op.f("uq_crm_interactions_mail_message_unique")),
    )
    with op.batch_alter_table("crm_interactions_mail_message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_crm_interactions_mail_message_sender_id", ["sender_id", "written_at"], unique=False
        )
        batch_op.create_index("ix_crm_interactions_mail_message_template_id", ["template_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("crm_interactions_mail_message", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_mail_message_template_id")
        batch_op.drop_index("ix_crm_interactions_mail_message_sender_id")

    op.drop_table("crm_interactions_mail_message")
    with op.batch_alter_table("crm_interactions_mail_template", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_mail_template_name_folded_id")

    op.drop_table("crm_interactions_mail_template")
    with op.batch_alter_table("crm_interactions_task_item", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_task_item_task_id")

    op.drop_table("crm_interactions_task_item")
    op.drop_table("crm_interactions_reminder_habit")
    with op.batch_alter_table("crm_interactions_reminder", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_reminder_user_id")
        batch_op.drop_index("ix_crm_interactions_reminder_at")

    op.drop_table("crm_interactions_reminder")
    with op.batch_alter_table("crm_interactions_task", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_task_title_folded_id")
        batch_op.drop_index("ix_crm_interactions_task_record")
        batch_op.drop_index(batch_op.f("ix_crm_interactions_task_interaction_id"))
        batch_op.drop_index("ix_crm_interactions_task_due_at")
        batch_op.drop_index("ix_crm_interactions_task_done_at")
        batch_op.drop_index("ix_crm_interactions_task_created_by_id")
        batch_op.drop_index("ix_crm_interactions_task_assignee_id_due_at")

    op.drop_table("crm_interactions_task")
    with op.batch_alter_table("crm_interactions_participant", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_participant_user_id")
        batch_op.drop_index("ix_crm_interactions_participant_interaction_id")

    op.drop_table("crm_interactions_participant")
    with op.batch_alter_table("crm_interactions_mention", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_mention_user_id")

    op.drop_table("crm_interactions_mention")
    with op.batch_alter_table("crm_interactions_interaction", schema=None) as batch_op:
        batch_op.drop_index("ix_crm_interactions_interaction_record")
        batch_op.drop_index("ix_crm_interactions_interaction_person_id_at")
        batch_op.drop_index("ix_crm_interactions_interaction_outcome_id")
        batch_op.drop_index("ix_crm_interactions_interaction_kind_id_at")
        batch_op.drop_index("ix_crm_interactions_interaction_at")

    op.drop_table("crm_interactions_interaction")
    op.drop_table("crm_interactions_feed")
    op.drop_table("crm_interactions_outcome")
    op.drop_table("crm_interactions_kind")
