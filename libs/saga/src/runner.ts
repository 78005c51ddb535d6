import type { Message } from '@frontrow/contracts/message';
import { on, type Subscription } from '@frontrow/messaging/subscription';
import type { Transact, UnitOfWork } from '@frontrow/messaging/transact';
import type { Knex } from 'knex';
import type { Logger } from 'pino';
import { Counter, Gauge } from 'prom-client';
import { type Decision, decide, type Input, type Instance, newInstance } from './decide.ts';
import type { Definition, Reply, Request } from './definition.ts';
import { validate as isUuid } from 'uuid';
import {
  countStuckSagas,
  findStuckSagas,
  hastenSaga,
  lockOverdueSaga,
  lockSaga,
  readTimeline,
  type StuckSaga,
  saveSaga,
  type TimelineRow,
} from './store.ts';

const endedTotal = new Counter({
  name: 'frontrow_sagas_ended_total',
  help: 'Sagas that ended, by how.',
  labelNames: ['saga', 'status'],
});
const stuckGauge = new Gauge({
  name: 'frontrow_sagas_stuck',
  help: 'Sagas that have not moved for a minute.',
  labelNames: ['saga'],
});

/** A saga that hasn't moved for this long counts as stuck. */
export const STUCK_AFTER_MS = 60_000;

export interface SagaRunner<State> {
  /** Begins a saga in the caller's transaction. `id` is also the correlation id of its messages. */
  start(uow: UnitOfWork, id: string, state: State): Promise<void>;
  /** One for each kind of reply that the saga waits for. */
  readonly subscriptions: readonly Subscription[];
  /** Moves every saga whose deadline has passed, on any number of instances; returns how many. Call it each second or so. */
  sweep(): Promise<number>;
  timeline(id: string): Promise<TimelineRow[]>;
  stuck(limit: number): Promise<StuckSaga[]>;
  /** Sends the outstanding command again without waiting for its deadline; false when the saga has ended. */
  retry(id: string): Promise<boolean>;
}

interface Options<State> {
  readonly definition: Definition<State>;
  readonly transact: Transact;
  readonly db: Knex;
  readonly logger: Logger;
  readonly clock?: () => Date;
}

export function createSagaRunner<State>(options: Options<State>): SagaRunner<State> {
  const { definition, transact, db, logger } = options;
  const clock = options.clock ?? (() => new Date());

  async function apply(uow: UnitOfWork, decision: Decision<State>): Promise<void> {
    const { send, progress, log } = decision;
    if (log.length === 0) {
      return;
    }
    let { instance } = decision;
    let entries = log;
    if (send !== undefined) {
      const { id } = emitCommand(uow, send, instance.state, instance.id);
      // Replies to an earlier sending of the same command count as well; twenty are more than a day's worth.
      instance = { ...instance, commandIds: progress === 'repeated' ? [...instance.commandIds.slice(-19), id] : [id] };
      entries = [...log.slice(0, -1), ...log.slice(-1).map((entry) => ({ ...entry, messageId: id }))];
    }
    await saveSaga(uow.trx, definition.name, instance, entries, clock(), progress === 'moved');
    if (progress === 'moved') {
      await end(uow, instance);
    }
  }

  async function end(uow: UnitOfWork, instance: Instance<State>): Promise<void> {
    if (instance.status === 'COMPLETED') {
      await definition.onCompleted(uow, instance.state);
    } else if (instance.status === 'FAILED') {
      await definition.onFailed(uow, instance.state, instance.failure ?? { step: '', code: undefined });
    } else {
      return;
    }
    endedTotal.inc({ saga: definition.name, status: instance.status });
  }

  async function onReply(message: Message, uow: UnitOfWork): Promise<void> {
    const sagaId = message.correlationId ?? '';
    const instance = isUuid(sagaId) ? await lockSaga<State>(uow.trx, sagaId) : undefined;
    if (instance === undefined) {
      logger.warn({ messageId: message.id, correlationId: message.correlationId }, 'a reply for no saga of ours');
      return;
    }
    const reply = message.data as Reply;
    const input: Input = { type: 'reply', commandId: message.causationId, messageId: message.id, reply };
    await apply(uow, decide(definition, instance, input, clock().getTime()));
  }

  async function sweepOne(): Promise<boolean> {
    return transact(async (uow) => {
      const now = clock();
      const instance = await lockOverdueSaga<State>(uow.trx, now);
      if (instance === undefined) {
        return false;
      }
      await apply(uow, decide(definition, instance, { type: 'deadline' }, now.getTime()));
      return true;
    });
  }

  async function sweep(): Promise<number> {
    let moved = 0;
    while (await sweepOne()) {
      moved += 1;
    }
    stuckGauge.set({ saga: definition.name }, await countStuckSagas(db, stuckBefore()));
    return moved;
  }

  const stuckBefore = () => new Date(clock().getTime() - STUCK_AFTER_MS);

  return {
    async start(uow, id, state) {
      await apply(uow, decide(definition, newInstance(id, state), { type: 'start' }, clock().getTime()));
    },
    subscriptions: replyTypes(definition).map((type) => on(type, onReply)),
    sweep,
    timeline: (id) => readTimeline(db, id),
    stuck: (limit) => findStuckSagas(db, stuckBefore(), limit),
    retry: (id) => hastenSaga(db, id, clock()),
  };
}

const emitCommand = <State>(uow: UnitOfWork, send: Request<State>, state: State, sagaId: string): { id: string } =>
  uow.emit(send.command, send.data(state), { correlationId: sagaId });

const replyTypes = <State>(definition: Definition<State>) => {
  const requests = definition.steps.flatMap((step) => [step.request, ...step.undoRequests]);
  return [...new Set(requests.map((request) => request.command.reply))];
};
