"""The first tables."""

import sqlalchemy as sa
from alembic import op

from crm import columns

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('CREATE SEQUENCE row_number')
    op.create_table('activity',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('record_id', sa.BigInteger(), nullable=False),
    sa.Column('responsible_id', sa.BigInteger(), nullable=True),
    sa.Column('creator_id', sa.BigInteger(), nullable=True),
    sa.Column('direction', sa.Text(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('due_at', columns.Instant(), nullable=True),
    sa.Column('open', sa.Boolean(), nullable=False),
    sa.Column('completed_at', columns.Instant(), nullable=True),
    sa.Column('completed_by', sa.BigInteger(), nullable=True),
    sa.Column('auto_complete', sa.Boolean(), nullable=False),
    sa.Column('made_by_rule', sa.Boolean(), nullable=False),
    sa.Column('details', columns.Document, nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('deleted_at', columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activity'))
    )
    with op.batch_alter_table('activity', schema=None) as batch_op:
        batch_op.create_index('ix_activity_record', ['record_id', 'at'], unique=False)

    op.create_table('audit',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('verb', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('details', columns.Document, nullable=False),
    sa.Column('seal', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    op.create_table('bin_entry',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('run', columns.Key, nullable=True),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('restored_at', columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bin_entry'))
    )
    with op.batch_alter_table('bin_entry', schema=None) as batch_op:
        batch_op.create_index('ix_bin_entry_at', ['at'], unique=False)

    op.create_table('bulk',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('record_ids', columns.Document, nullable=False),
    sa.Column('place', sa.BigInteger(), nullable=False),
    sa.Column('moved', sa.BigInteger(), nullable=False),
    sa.Column('left_out', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('says', columns.Document, nullable=True),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('root', columns.Key, nullable=False),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('ended_at', columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk'))
    )
    with op.batch_alter_table('bulk', schema=None) as batch_op:
        batch_op.create_index('ix_bulk_open', ['id'], unique=False, sqlite_where=sa.text("state = 'working'"), postgresql_where=sa.text("state = 'working'"))

    op.create_table('call',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('line', sa.Text(), nullable=True),
    sa.Column('answered', sa.Boolean(), nullable=False),
    sa.Column('seconds', sa.BigInteger(), nullable=True),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('record_id', sa.BigInteger(), nullable=True),
    sa.Column('activity_id', sa.BigInteger(), nullable=True),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call')),
    sa.UniqueConstraint('external_id', name=op.f('uq_call_external_id'))
    )
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.create_index('ix_call_at', ['at'], unique=False)

    op.create_table('chain',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('stage_id', sa.BigInteger(), nullable=True),
    sa.Column('stage', sa.Text(), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('draft', columns.Document, nullable=False),
    sa.Column('draft_number', sa.BigInteger(), nullable=False),
    sa.Column('top_number', sa.BigInteger(), nullable=False),
    sa.Column('used', columns.Document, nullable=False),
    sa.Column('version_id', sa.BigInteger(), nullable=True),
    sa.Column('changed_at', columns.Instant(), nullable=False),
    sa.Column('changed_by', sa.BigInteger(), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chain')),
    sa.UniqueConstraint('stage_id', name=op.f('uq_chain_stage_id'))
    )
    op.create_table('comment',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('record_id', sa.BigInteger(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('deleted_at', columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index('ix_comment_record', ['record_id', 'created_at'], unique=False)

    op.create_table('company',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('emails', columns.Document, nullable=False),
    sa.Column('phones', columns.Document, nullable=False),
    sa.Column('responsible_id', sa.BigInteger(), nullable=True),
    sa.Column('custom', columns.Document, nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('updated_at', columns.Instant(), nullable=False),
    sa.Column('deleted_at', columns.Instant(), nullable=True),
    sa.Column('bin_id', sa.BigInteger(), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_company'))
    )
    with op.batch_alter_table('company', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_company_bin_id'), ['bin_id'], unique=False)

    op.create_table('contact',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('first_name', sa.Text(), nullable=True),
    sa.Column('last_name', sa.Text(), nullable=True),
    sa.Column('position', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('emails', columns.Document, nullable=False),
    sa.Column('phones', columns.Document, nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('responsible_id', sa.BigInteger(), nullable=True),
    sa.Column('custom', columns.Document, nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('updated_at', columns.Instant(), nullable=False),
    sa.Column('deleted_at', columns.Instant(), nullable=True),
    sa.Column('bin_id', sa.BigInteger(), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact'))
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_bin_id'), ['bin_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_contact_company_id'), ['company_id'], unique=False)

    op.create_table('counter',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_counter'))
    )
    op.create_table('custom_field',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('options', columns.Document, nullable=True),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custom_field')),
    sa.UniqueConstraint('entity', 'key', name=op.f('uq_custom_field_entity_key'))
    )
    op.create_table('department',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('head_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['department.id'], name=op.f('fk_department_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department')),
    sa.UniqueConstraint('key', name=op.f('uq_department_key'))
    )
    op.create_table('effect',
    sa.Column('id', columns.Key, nullable=False),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('run', columns.Key, nullable=True),
    sa.Column('step', columns.Key, nullable=True),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('cause', columns.Key, nullable=True),
    sa.Column('root', columns.Key, nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('entity_id', sa.BigInteger(), nullable=False),
    sa.Column('record_id', sa.BigInteger(), nullable=True),
    sa.Column('before', columns.Document, nullable=True),
    sa.Column('after', columns.Document, nullable=True),
    sa.Column('undone_by', columns.Key, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_effect'))
    )
    with op.batch_alter_table('effect', schema=None) as batch_op:
        batch_op.create_index('ix_effect_entity', ['entity_id'], unique=False)
        batch_op.create_index('ix_effect_record', ['record_id', 'id'], unique=False)
        batch_op.create_index('ix_effect_run', ['run', 'id'], unique=False, sqlite_where=sa.text('run IS NOT NULL'), postgresql_where=sa.text('run IS NOT NULL'))

    op.create_table('exception',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('added_by', sa.BigInteger(), nullable=True),
    sa.Column('record_id', sa.BigInteger(), nullable=True),
    sa.Column('run', columns.Key, nullable=True),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exception')),
    sa.UniqueConstraint('kind', 'value', name=op.f('uq_exception_kind_value'))
    )
    op.create_table('head',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('entry_id', columns.Key, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_head'))
    )
    op.create_table('link',
    sa.Column('record_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('client_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('record_id', 'client_id', name=op.f('pk_link'))
    )
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.create_index('ix_link_client', ['client_id'], unique=False)

    op.create_table('message',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('mailbox', sa.Text(), nullable=True),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('sender', sa.Text(), nullable=False),
    sa.Column('sender_name', sa.Text(), nullable=True),
    sa.Column('recipients', columns.Document, nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('in_reply_to', sa.Text(), nullable=True),
    sa.Column('automatic', sa.Boolean(), nullable=False),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('record_id', sa.BigInteger(), nullable=True),
    sa.Column('activity_id', sa.BigInteger(), nullable=True),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('received_at', columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('external_id', name=op.f('uq_message_external_id'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_at', ['at'], unique=False)

    op.create_table('outgoing',
    sa.Column('id', columns.Key, nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('run', columns.Key, nullable=True),
    sa.Column('step', columns.Key, nullable=True),
    sa.Column('root', columns.Key, nullable=True),
    sa.Column('record_id', sa.BigInteger(), nullable=True),
    sa.Column('request', columns.Document, nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('available_at', columns.Instant(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=True),
    sa.Column('lease_until', columns.Instant(), nullable=True),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('settled_at', columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing'))
    )
    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.create_index('ix_outgoing_due', ['available_at'], unique=False, sqlite_where=sa.text("state IN ('prepared', 'sending')"), postgresql_where=sa.text("state IN ('prepared', 'sending')"))
        batch_op.create_index('ix_outgoing_root', ['root'], unique=False)
        batch_op.create_index(batch_op.f('ix_outgoing_run'), ['run'], unique=False)

    op.create_table('owner',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_owner'))
    )
    op.create_table('pipeline',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('people', columns.Document, nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pipeline')),
    sa.UniqueConstraint('key', name=op.f('uq_pipeline_key'))
    )
    op.create_table('reach',
    sa.Column('owner_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('owner_id', 'kind', 'value', name=op.f('pk_reach'))
    )
    with op.batch_alter_table('reach', schema=None) as batch_op:
        batch_op.create_index('ix_reach_value', ['kind', 'value'], unique=False)

    op.create_table('run',
    sa.Column('id', columns.Key, nullable=False),
    sa.Column('chain_id', sa.BigInteger(), nullable=False),
    sa.Column('version_id', sa.BigInteger(), nullable=False),
    sa.Column('record_id', sa.BigInteger(), nullable=False),
    sa.Column('stage_entry', columns.Key, nullable=False),
    sa.Column('generation', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', columns.Document, nullable=True),
    sa.Column('publisher_id', sa.BigInteger(), nullable=True),
    sa.Column('depth', sa.BigInteger(), nullable=False),
    sa.Column('cause', columns.Key, nullable=True),
    sa.Column('root', columns.Key, nullable=True),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('trigger', columns.Document, nullable=True),
    sa.Column('ready_at', columns.Instant(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=True),
    sa.Column('lease_until', columns.Instant(), nullable=True),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('crashes', sa.BigInteger(), nullable=False),
    sa.Column('started_at', columns.Instant(), nullable=False),
    sa.Column('ended_at', columns.Instant(), nullable=True),
    sa.Column('undone_by', columns.Key, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_run')),
    sa.UniqueConstraint('stage_entry', 'chain_id', 'generation', name=op.f('uq_run_stage_entry_chain_id_generation'))
    )
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.create_index('ix_run_chain', ['chain_id', 'id'], unique=False)
        batch_op.create_index('ix_run_lease', ['lease_until'], unique=False, sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))
        batch_op.create_index('ix_run_ready', ['ready_at', 'id'], unique=False, sqlite_where=sa.text("state = 'ready'"), postgresql_where=sa.text("state = 'ready'"))
        batch_op.create_index('ix_run_record', ['record_id', 'id'], unique=False)
        batch_op.create_index('ix_run_root', ['root'], unique=False)
        batch_op.create_index('ix_run_running', ['record_id'], unique=True, sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))

    op.create_table('setting',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('value', columns.Document, nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_setting'))
    )
    op.create_table('stage_entry',
    sa.Column('id', columns.Key, nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.Column('record_id', sa.BigInteger(), nullable=False),
    sa.Column('stage_id', sa.BigInteger(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('entered_at', columns.Instant(), nullable=False),
    sa.Column('left_at', columns.Instant(), nullable=True),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('step', columns.Key, nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage_entry')),
    sa.UniqueConstraint('record_id', 'seq', name=op.f('uq_stage_entry_record_id_seq')),
    sa.UniqueConstraint('request_id', name=op.f('uq_stage_entry_request_id'))
    )
    with op.batch_alter_table('stage_entry', schema=None) as batch_op:
        batch_op.create_index('ix_stage_entry_stage', ['stage_id', 'entered_at'], unique=False)

    op.create_table('step',
    sa.Column('id', columns.Key, nullable=False),
    sa.Column('run_id', columns.Key, nullable=False),
    sa.Column('node', sa.Text(), nullable=False),
    sa.Column('place', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reached_at', columns.Instant(), nullable=False),
    sa.Column('due_at', columns.Instant(), nullable=True),
    sa.Column('rescheduled', sa.Boolean(), nullable=False),
    sa.Column('began_at', columns.Instant(), nullable=True),
    sa.Column('ended_at', columns.Instant(), nullable=True),
    sa.Column('says', columns.Document, nullable=True),
    sa.Column('outputs', columns.Document, nullable=True),
    sa.Column('exit', sa.Text(), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step')),
    sa.UniqueConstraint('run_id', 'node', name=op.f('uq_step_run_id_node'))
    )
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.create_index('ix_step_due', ['due_at'], unique=False, sqlite_where=sa.text("state = 'sleeping'"), postgresql_where=sa.text("state = 'sleeping'"))
        batch_op.create_index('ix_step_trouble', ['ended_at'], unique=False, sqlite_where=sa.text("state IN ('failed', 'dead', 'unknown')"), postgresql_where=sa.text("state IN ('failed', 'dead', 'unknown')"))

    op.create_table('step_seen',
    sa.Column('step_id', columns.Key, nullable=False),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('step_id', name=op.f('pk_step_seen'))
    )
    op.create_table('submission',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('form', sa.Text(), nullable=True),
    sa.Column('fields', columns.Document, nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('record_id', sa.BigInteger(), nullable=True),
    sa.Column('activity_id', sa.BigInteger(), nullable=True),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission')),
    sa.UniqueConstraint('external_id', name=op.f('uq_submission_external_id'))
    )
    op.create_table('switch',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_switch'))
    )
    op.create_table('token',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('used_at', columns.Instant(), nullable=True),
    sa.Column('revoked_at', columns.Instant(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_token_token_hash'))
    )
    op.create_table('turn',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_turn'))
    )
    op.create_table('chain_revision',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('chain_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('draft', columns.Document, nullable=False),
    sa.Column('says', columns.Document, nullable=True),
    sa.Column('at', columns.Instant(), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['chain_id'], ['chain.id'], name=op.f('fk_chain_revision_chain_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chain_revision')),
    sa.UniqueConstraint('chain_id', 'number', name=op.f('uq_chain_revision_chain_id_number'))
    )
    op.create_table('chain_version',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('chain_id', sa.BigInteger(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('graph', columns.Document, nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('published_at', columns.Instant(), nullable=False),
    sa.Column('published_by', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['chain_id'], ['chain.id'], name=op.f('fk_chain_version_chain_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chain_version')),
    sa.UniqueConstraint('chain_id', 'number', name=op.f('uq_chain_version_chain_id_number'))
    )
    op.create_table('stage',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('pipeline_id', sa.BigInteger(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('colour', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_stage_pipeline_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stage')),
    sa.UniqueConstraint('pipeline_id', 'key', name=op.f('uq_stage_pipeline_id_key'))
    )
    op.create_table('user',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('position', sa.Text(), nullable=True),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('department_id', sa.BigInteger(), nullable=True),
    sa.Column('time_zone', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('theme', sa.Text(), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_user_department_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user')),
    sa.UniqueConstraint('email', name=op.f('uq_user_email')),
    sa.UniqueConstraint('key', name=op.f('uq_user_key'))
    )
    op.create_table('absence',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('first', columns.Day(), nullable=False),
    sa.Column('last', columns.Day(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_absence_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_absence_user_id'), ['user_id'], unique=False)

    op.create_table('record',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('pipeline_id', sa.BigInteger(), nullable=False),
    sa.Column('stage_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('amount', columns.Money(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('responsible_id', sa.BigInteger(), nullable=True),
    sa.Column('creator_id', sa.BigInteger(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('begin_date', columns.Day(), nullable=True),
    sa.Column('close_date', columns.Day(), nullable=True),
    sa.Column('observers', columns.Document, nullable=False),
    sa.Column('is_repeat', sa.Boolean(), nullable=False),
    sa.Column('contact_ids', columns.Document, nullable=False),
    sa.Column('company_id', sa.BigInteger(), nullable=True),
    sa.Column('first_name', sa.Text(), nullable=True),
    sa.Column('last_name', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('emails', columns.Document, nullable=False),
    sa.Column('phones', columns.Document, nullable=False),
    sa.Column('products', columns.Document, nullable=False),
    sa.Column('custom', columns.Document, nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('updated_at', columns.Instant(), nullable=False),
    sa.Column('stage_entered_at', columns.Instant(), nullable=False),
    sa.Column('deleted_at', columns.Instant(), nullable=True),
    sa.Column('bin_id', sa.BigInteger(), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['pipeline_id'], ['pipeline.id'], name=op.f('fk_record_pipeline_id')),
    sa.ForeignKeyConstraint(['responsible_id'], ['user.id'], name=op.f('fk_record_responsible_id')),
    sa.ForeignKeyConstraint(['stage_id'], ['stage.id'], name=op.f('fk_record_stage_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record'))
    )
    with op.batch_alter_table('record', schema=None) as batch_op:
        batch_op.create_index('ix_record_bin', ['bin_id'], unique=False)
        batch_op.create_index('ix_record_board', ['stage_id', 'stage_entered_at', 'id'], unique=False, sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))
        batch_op.create_index('ix_record_pipeline', ['pipeline_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_record_responsible_id'), ['responsible_id'], unique=False)
        batch_op.create_index('ix_record_sums', ['stage_id', 'currency', 'amount', 'responsible_id', 'creator_id', 'id'], unique=False, sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))

    op.create_table('session',
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', columns.Instant(), nullable=False),
    sa.Column('seen_at', columns.Instant(), nullable=False),
    sa.Column('ends_at', columns.Instant(), nullable=False),
    sa.Column('browser', sa.Text(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_session_user_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_session'))
    )
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_user_id'), ['user_id'], unique=False)



def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP SEQUENCE row_number')
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_user_id'))

    op.drop_table('session')
    with op.batch_alter_table('record', schema=None) as batch_op:
        batch_op.drop_index('ix_record_sums', sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_record_responsible_id'))
        batch_op.drop_index('ix_record_pipeline')
        batch_op.drop_index('ix_record_board', sqlite_where=sa.text('deleted_at IS NULL'), postgresql_where=sa.text('deleted_at IS NULL'))
        batch_op.drop_index('ix_record_bin')

    op.drop_table('record')
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_absence_user_id'))

    op.drop_table('absence')
    op.drop_table('user')
    op.drop_table('stage')
    op.drop_table('chain_version')
    op.drop_table('chain_revision')
    op.drop_table('turn')
    op.drop_table('token')
    op.drop_table('switch')
    op.drop_table('submission')
    op.drop_table('step_seen')
    with op.batch_alter_table('step', schema=None) as batch_op:
        batch_op.drop_index('ix_step_trouble', sqlite_where=sa.text("state IN ('failed', 'dead', 'unknown')"), postgresql_where=sa.text("state IN ('failed', 'dead', 'unknown')"))
        batch_op.drop_index('ix_step_due', sqlite_where=sa.text("state = 'sleeping'"), postgresql_where=sa.text("state = 'sleeping'"))

    op.drop_table('step')
    with op.batch_alter_table('stage_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_stage_entry_stage')

    op.drop_table('stage_entry')
    op.drop_table('setting')
    with op.batch_alter_table('run', schema=None) as batch_op:
        batch_op.drop_index('ix_run_running', sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))
        batch_op.drop_index('ix_run_root')
        batch_op.drop_index('ix_run_record')
        batch_op.drop_index('ix_run_ready', sqlite_where=sa.text("state = 'ready'"), postgresql_where=sa.text("state = 'ready'"))
        batch_op.drop_index('ix_run_lease', sqlite_where=sa.text("state = 'running'"), postgresql_where=sa.text("state = 'running'"))
        batch_op.drop_index('ix_run_chain')

    op.drop_table('run')
    with op.batch_alter_table('reach', schema=None) as batch_op:
        batch_op.drop_index('ix_reach_value')

    op.drop_table('reach')
    op.drop_table('pipeline')
    op.drop_table('owner')
    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outgoing_run'))
        batch_op.drop_index('ix_outgoing_root')
        batch_op.drop_index('ix_outgoing_due', sqlite_where=sa.text("state IN ('prepared', 'sending')"), postgresql_where=sa.text("state IN ('prepared', 'sending')"))

    op.drop_table('outgoing')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_at')

    op.drop_table('message')
    with op.batch_alter_table('link', schema=None) as batch_op:
        batch_op.drop_index('ix_link_client')

    op.drop_table('link')
    op.drop_table('head')
    op.drop_table('exception')
    with op.batch_alter_table('effect', schema=None) as batch_op:
        batch_op.drop_index('ix_effect_run', sqlite_where=sa.text('run IS NOT NULL'), postgresql_where=sa.text('run IS NOT NULL'))
        batch_op.drop_index('ix_effect_record')
        batch_op.drop_index('ix_effect_entity')

    op.drop_table('effect')
    op.drop_table('department')
    op.drop_table('custom_field')
    op.drop_table('counter')
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_company_id'))
        batch_op.drop_index(batch_op.f('ix_contact_bin_id'))

    op.drop_table('contact')
    with op.batch_alter_table('company', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_company_bin_id'))

    op.drop_table('company')
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.drop_index('ix_comment_record')

    op.drop_table('comment')
    op.drop_table('chain')
    with op.batch_alter_table('call', schema=None) as batch_op:
        batch_op.drop_index('ix_call_at')

    op.drop_table('call')
    with op.batch_alter_table('bulk', schema=None) as batch_op:
        batch_op.drop_index('ix_bulk_open', sqlite_where=sa.text("state = 'working'"), postgresql_where=sa.text("state = 'working'"))

    op.drop_table('bulk')
    with op.batch_alter_table('bin_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_bin_entry_at')

    op.drop_table('bin_entry')
    op.drop_table('audit')
    with op.batch_alter_table('activity', schema=None) as batch_op:
        batch_op.drop_index('ix_activity_record')

    op.drop_table('activity')
