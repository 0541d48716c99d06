"""Troubled steps that were seen to."""

import sqlalchemy as sa
from alembic import op

from crm import columns

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('step_seen',
    sa.Column('step_id', columns.Key, nullable=False),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('step_id', name=op.f('pk_step_seen'))
    )


def downgrade() -> None:
    op.drop_table('step_seen')
