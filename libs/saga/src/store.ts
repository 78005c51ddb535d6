import type { Knex } from 'knex';
import type { Instance, LogEntry } from './decide.ts';

interface Row {
  id: string;
  status: Instance<unknown>['status'];
  state: unknown;
  position: number;
  undo: number[];
  failure: { step: string; code?: string } | null;
  command_ids: string[];
  attempts: number;
  deadline_at: Date | null;
}

export interface TimelineRow {
  at: Date;
  kind: LogEntry['kind'];
  step: string | null;
  message_id: string | null;
  detail: string | null;
}

/** A saga that hasn't moved for a while. */
export interface StuckSaga {
  id: string;
  status: string;
  step: number;
  attempts: number;
  movedAt: Date;
}

const toInstance = <State>(row: Row): Instance<State> => ({
  id: row.id,
  status: row.status,
  state: row.state as State,
  position: row.position,
  undo: row.undo,
  failure: row.failure === null ? undefined : { step: row.failure.step, code: row.failure.code },
  commandIds: row.command_ids,
  attempts: row.attempts,
  deadlineAtMs: row.deadline_at?.getTime(),
});

const COLUMNS = 'id, status, state, position, undo, failure, command_ids, attempts, deadline_at';

/** Locks the saga's row until the transaction ends: a saga moves one step at a time, wherever its replies arrive. */
export async function lockSaga<State>(trx: Knex.Transaction, id: string): Promise<Instance<State> | undefined> {
  const { rows } = await trx.raw<{ rows: Row[] }>(`select ${COLUMNS} from sagas where id = ? for update`, [id]);
  return rows[0] === undefined ? undefined : toInstance<State>(rows[0]);
}

/** Locks one saga whose deadline has passed and that no other instance is moving. */
export async function lockOverdueSaga<State>(trx: Knex.Transaction, now: Date): Promise<Instance<State> | undefined> {
  const { rows } = await trx.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from sagas where deadline_at <= ? order by deadline_at limit 1 for update skip locked`,
    [now],
  );
  return rows[0] === undefined ? undefined : toInstance<State>(rows[0]);
}

/** The row and its log in one statement. `moved` is false for a repeated command: that is no progress. */
export async function saveSaga(
  trx: Knex.Transaction,
  name: string,
  instance: Instance<unknown>,
  log: readonly LogEntry[],
  now: Date,
  moved: boolean,
): Promise<void> {
  await trx.raw(
    `with saved as (
       insert into sagas (id, name, status, state, position, undo, failure, command_ids, attempts, deadline_at, started_at, moved_at)
       values (:id, :name, :status, :state, :position, :undo, :failure, :commandIds, :attempts, :deadlineAt, :now, :now)
       on conflict (id) do update set
         status = excluded.status, state = excluded.state, position = excluded.position, undo = excluded.undo,
         failure = excluded.failure, command_ids = excluded.command_ids, attempts = excluded.attempts,
         deadline_at = excluded.deadline_at,
         moved_at = case when :moved then excluded.moved_at else sagas.moved_at end
       returning id
     )
     insert into saga_log (saga_id, at, kind, step, message_id, detail)
     select saved.id, :now, entry->>'kind', entry->>'step', entry->>'messageId', entry->>'detail'
       from saved, jsonb_array_elements(:log::jsonb) with ordinality as entries(entry, n) order by n`,
    {
      id: instance.id,
      name,
      status: instance.status,
      state: JSON.stringify(instance.state),
      position: instance.position,
      undo: instance.undo,
      failure: instance.failure === undefined ? null : JSON.stringify(instance.failure),
      commandIds: instance.commandIds,
      attempts: instance.attempts,
      deadlineAt: instance.deadlineAtMs === undefined ? null : new Date(instance.deadlineAtMs),
      now,
      moved,
      log: JSON.stringify(log),
    },
  );
}

export async function readTimeline(db: Knex, id: string): Promise<TimelineRow[]> {
  const { rows } = await db.raw<{ rows: TimelineRow[] }>(
    'select at, kind, step, message_id, detail from saga_log where saga_id = ? order by seq',
    [id],
  );
  return rows;
}

export async function findStuckSagas(db: Knex, movedBefore: Date, limit: number): Promise<StuckSaga[]> {
  const { rows } = await db.raw<{ rows: StuckSaga[] }>(
    `select id, status, position as step, attempts, moved_at as "movedAt" from sagas
      where deadline_at is not null and moved_at < ? order by moved_at limit ?`,
    [movedBefore, limit],
  );
  return rows;
}

export async function countStuckSagas(db: Knex, movedBefore: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: { stuck: number }[] }>(
    'select count(*)::int as stuck from sagas where deadline_at is not null and moved_at < ?',
    [movedBefore],
  );
  return rows[0]?.stuck ?? 0;
}

/** Makes the deadline of a saga pass now, so that the next sweep moves it. Returns whether it was still running. */
export async function hastenSaga(db: Knex, id: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'update sagas set deadline_at = ? where id = ? and deadline_at is not null',
    [now, id],
  );
  return rowCount === 1;
}
