"""A language model's second look: a kind of entry in the outbox, with a queue of its own."""

from alembic import op

revision = "0008"
down_revision = "0007"

_JUDGE = """
ALTER TABLE deliveries DROP CONSTRAINT deliveries_kind_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_kind_check
    CHECK (kind IN ('order', 'event', 'follow_up', 'question', 'judge'));

DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting' AND kind <> 'judge';
CREATE INDEX deliveries_to_judge ON deliveries (due_at) WHERE state = 'waiting' AND kind = 'judge';
CREATE INDEX deliveries_judged ON deliveries (community, (payload ->> 'asked_at')) WHERE kind = 'judge';
"""


def upgrade() -> None:
    op.execute(_JUDGE)
