/**
 * What a saga does next, as a pure function: the row before, an input → the row after, at most one command, and
 * what goes into the log. The store runs it with the row locked.
 */
import type { Definition, Failure, Reply, Request } from './definition.ts';

export interface Instance<State> {
  readonly id: string;
  readonly status: 'RUNNING' | 'COMPENSATING' | 'COMPLETED' | 'FAILED';
  readonly state: State;
  /** Index of the step whose command is outstanding. */
  readonly position: number;
  /**
   * Indexes of the steps to undo, the last first. A step is recorded here before its command is sent, so
   * that no crash can forget what may have happened.
   */
  readonly undo: readonly number[];
  readonly failure: Failure | undefined;
  /** Message ids of the outstanding command: several when it was sent again. */
  readonly commandIds: readonly string[];
  readonly attempts: number;
  /** Milliseconds since the epoch; undefined once the saga has ended. */
  readonly deadlineAtMs: number | undefined;
}

export type Input =
  | { readonly type: 'start' }
  | {
      readonly type: 'reply';
      readonly commandId: string | undefined;
      readonly messageId: string;
      readonly reply: Reply;
    }
  | { readonly type: 'deadline' };

export type LogKind =
  | 'STARTED'
  | 'COMMAND'
  | 'REPLY'
  | 'REFUSAL'
  | 'DEADLINE'
  | 'COMPENSATION'
  | 'COMPENSATED'
  | 'IGNORED'
  | 'RETRIED'
  | 'COMPLETED'
  | 'FAILED';

export interface LogEntry {
  readonly kind: LogKind;
  readonly step: string | null;
  readonly messageId: string | null;
  readonly detail: string | null;
}

export interface Decision<State> {
  readonly instance: Instance<State>;
  readonly send: Request<State> | undefined;
  /**
   * moved: the saga made a step or ended; repeated: `send` is the outstanding command once more, and replies to
   * its earlier sendings still count; unchanged: at most a line in the log.
   */
  readonly progress: 'moved' | 'repeated' | 'unchanged';
  readonly log: readonly LogEntry[];
}

/** 5, 10, 20, 40, 60, 60 … seconds */
const retryAfterMs = (attempts: number): number => Math.min(60_000, 5_000 * 2 ** Math.max(0, attempts - 1));

const log = (kind: LogKind, step: string | null = null, more: Partial<LogEntry> = {}): LogEntry => ({
  kind,
  step,
  messageId: null,
  detail: null,
  ...more,
});

export const newInstance = <State>(id: string, state: State): Instance<State> => ({
  id,
  status: 'RUNNING',
  state,
  position: 0,
  undo: [],
  failure: undefined,
  commandIds: [],
  attempts: 0,
  deadlineAtMs: undefined,
});

export function decide<State>(
  saga: Definition<State>,
  instance: Instance<State>,
  input: Input,
  nowMs: number,
): Decision<State> {
  switch (input.type) {
    case 'start':
      return prepend(log('STARTED'), sendStep(saga, instance, 0, nowMs));
    case 'reply':
      return onReply(saga, instance, input, nowMs);
    case 'deadline':
      return onDeadline(saga, instance, nowMs);
    default:
      return input satisfies never;
  }
}

function onReply<State>(
  saga: Definition<State>,
  instance: Instance<State>,
  input: Extract<Input, { type: 'reply' }>,
  nowMs: number,
): Decision<State> {
  const { reply, messageId } = input;
  const outstanding = outstandingRequest(saga, instance);
  if (outstanding === undefined || input.commandId === undefined || !instance.commandIds.includes(input.commandId)) {
    return unchanged(instance, log('IGNORED', null, { messageId, detail: `answers ${input.commandId ?? 'nothing'}` }));
  }
  const learnt = { ...instance, state: { ...instance.state, ...outstanding.learn(instance.state, reply) } };
  if (reply.outcome === 'refused') {
    return onRefusal(saga, learnt, outstanding, messageId, reply.code, nowMs);
  }
  return instance.status === 'COMPENSATING'
    ? prepend(log('COMPENSATED', outstanding.name, { messageId }), sendUndo(saga, dropUndo(learnt), nowMs))
    : prepend(log('REPLY', outstanding.name, { messageId }), stepDone(saga, learnt, nowMs));
}

function stepDone<State>(saga: Definition<State>, instance: Instance<State>, nowMs: number): Decision<State> {
  // After the pivot nothing is undone any more.
  const undo = saga.steps[instance.position]?.kind === 'pivot' ? [] : instance.undo;
  return sendStep(saga, { ...instance, undo }, instance.position + 1, nowMs);
}

function onRefusal<State>(
  saga: Definition<State>,
  instance: Instance<State>,
  outstanding: Request<State>,
  messageId: string,
  code: string | undefined,
  nowMs: number,
): Decision<State> {
  const entry = log('REFUSAL', outstanding.name, { messageId, detail: code ?? null });
  const step = saga.steps[instance.position];
  if (instance.status === 'COMPENSATING' || step?.kind === 'retriable') {
    // These must succeed: the deadline sends them again, and a saga that can't move shows as stuck.
    return unchanged(instance, entry);
  }
  // A refused step had no effect, so its own undo isn't needed.
  const own = step?.undo === undefined ? instance : dropUndo(instance);
  return prepend(entry, sendUndo(saga, { ...own, failure: { step: outstanding.name, code } }, nowMs));
}

function onDeadline<State>(saga: Definition<State>, instance: Instance<State>, nowMs: number): Decision<State> {
  const outstanding = outstandingRequest(saga, instance);
  if (outstanding === undefined || instance.deadlineAtMs === undefined || instance.deadlineAtMs > nowMs) {
    return { instance, send: undefined, progress: 'unchanged', log: [] };
  }
  if (instance.status === 'COMPENSATING' || saga.steps[instance.position]?.kind === 'retriable') {
    const attempts = instance.attempts + 1;
    return {
      instance: { ...instance, attempts, deadlineAtMs: nowMs + retryAfterMs(attempts) },
      send: outstanding,
      progress: 'repeated',
      log: [log('RETRIED', outstanding.name, { detail: `try ${attempts + 1}` })],
    };
  }
  // The outcome is unknown: undo this step as well.
  const failure: Failure = { step: outstanding.name, code: undefined };
  return prepend(log('DEADLINE', outstanding.name), sendUndo(saga, { ...instance, failure }, nowMs));
}

function sendStep<State>(
  saga: Definition<State>,
  instance: Instance<State>,
  position: number,
  nowMs: number,
): Decision<State> {
  const step = saga.steps[position];
  if (step === undefined) {
    return end(instance, 'COMPLETED');
  }
  const undo = step.undo === undefined ? instance.undo : [...instance.undo, position];
  return {
    instance: { ...instance, position, undo, attempts: 0, deadlineAtMs: nowMs + step.deadlineMs },
    send: step.request,
    progress: 'moved',
    log: [log('COMMAND', step.request.name)],
  };
}

function sendUndo<State>(saga: Definition<State>, instance: Instance<State>, nowMs: number): Decision<State> {
  const compensating: Instance<State> = { ...instance, status: 'COMPENSATING', attempts: 0 };
  const undo = undoRequest(saga, compensating);
  if (undo === undefined) {
    return end(compensating, 'FAILED');
  }
  return {
    instance: { ...compensating, deadlineAtMs: nowMs + retryAfterMs(1) },
    send: undo,
    progress: 'moved',
    log: [log('COMPENSATION', undo.name)],
  };
}

const end = <State>(instance: Instance<State>, status: 'COMPLETED' | 'FAILED'): Decision<State> => ({
  instance: { ...instance, status, commandIds: [], deadlineAtMs: undefined },
  send: undefined,
  progress: 'moved',
  log: [log(status, null, { detail: instance.failure?.code ?? null })],
});

const undoRequest = <State>(saga: Definition<State>, instance: Instance<State>): Request<State> | undefined => {
  const position = instance.undo.at(-1);
  return position === undefined ? undefined : saga.steps[position]?.undo?.(instance.state);
};

function outstandingRequest<State>(saga: Definition<State>, instance: Instance<State>): Request<State> | undefined {
  switch (instance.status) {
    case 'RUNNING':
      return saga.steps[instance.position]?.request;
    case 'COMPENSATING':
      return undoRequest(saga, instance);
    case 'COMPLETED':
    case 'FAILED':
      return undefined;
    default:
      return instance.status satisfies never;
  }
}

const dropUndo = <State>(instance: Instance<State>): Instance<State> => ({
  ...instance,
  undo: instance.undo.slice(0, -1),
});

const unchanged = <State>(instance: Instance<State>, entry: LogEntry): Decision<State> => ({
  instance,
  send: undefined,
  progress: 'unchanged',
  log: [entry],
});

const prepend = <State>(entry: LogEntry, decision: Decision<State>): Decision<State> => ({
  ...decision,
  log: [entry, ...decision.log],
});
