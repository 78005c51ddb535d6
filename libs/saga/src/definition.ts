/**
 * A saga as a list that reads like the sentence it implements (after eventuate-tram-sagas' builder, with the
 * pivot and the deadlines that it lacks; the terms are Chris Richardson's, "Microservices Patterns", ch. 4):
 *
 *   compensatable step  may be undone; undone when a later one is refused
 *   pivot               the point of no return: once done, the saga only goes forward
 *   retriable step      after the pivot; repeated until it succeeds, never undone
 *   undo                the command that compensates a step
 */
import type { AnyCommandType, DataOf, ReplyOf } from '@frontrow/contracts/message';
import type { UnitOfWork } from '@frontrow/messaging/transact';

/** A command with what it takes from the saga's state and what its reply adds to it. */
export interface Request<State> {
  /** As the command is called: `debit-points`. */
  readonly name: string;
  readonly command: AnyCommandType;
  readonly data: (state: State) => unknown;
  readonly learn: (state: State, reply: Reply) => Partial<State>;
}

/** Every reply says `done` or `refused`, and a refusal says why. */
export interface Reply {
  readonly outcome: 'done' | 'refused';
  readonly code?: string;
}

/** `frontrow.wallet.debit-points.v1` → `debit-points` */
const nameOf = (command: AnyCommandType): string => command.type.split('.')[2] ?? command.type;

export const request = <State, C extends AnyCommandType>(
  command: C,
  data: (state: State) => DataOf<C>,
  learn: (state: State, reply: ReplyOf<C>) => Partial<State> = () => ({}),
): Request<State> => ({
  name: nameOf(command),
  command,
  data,
  learn: learn as Request<State>['learn'],
});

export interface Step<State> {
  readonly kind: 'compensatable' | 'pivot' | 'retriable';
  readonly request: Request<State>;
  /** Chosen when it is sent, from what the saga has learnt by then. */
  readonly undo: ((state: State) => Request<State>) | undefined;
  /** Every command that `undo` may choose. */
  readonly undoRequests: readonly Request<State>[];
  /** How long an answer may take before the outcome counts as unknown. */
  readonly deadlineMs: number;
}

export type Ending<State> = (uow: UnitOfWork, state: State) => Promise<void>;
export type FailedEnding<State> = (uow: UnitOfWork, state: State, failure: Failure) => Promise<void>;

export interface Failure {
  readonly step: string;
  /** The refusal's code; undefined when a deadline passed. */
  readonly code: string | undefined;
}

export interface Definition<State> {
  readonly name: string;
  readonly steps: readonly Step<State>[];
  readonly onCompleted: Ending<State>;
  readonly onFailed: FailedEnding<State>;
}

/** Alternatives are listed, so that their replies are subscribed to; `choose` picks one by what is known. */
export interface UndoChoice<State> {
  readonly oneOf: readonly Request<State>[];
  readonly choose: (state: State) => Request<State>;
}

interface StepOptions<State> {
  undo?: Request<State> | UndoChoice<State>;
  deadlineMs?: number;
}

const DEFAULT_DEADLINE_MS = 20_000;
const RETRY_AFTER_MS = 5_000;

const toChoice = <State>(undo: StepOptions<State>['undo']): UndoChoice<State> | undefined =>
  undo === undefined || 'choose' in undo ? undo : { oneOf: [undo], choose: () => undo };

const toStep = <State>(
  kind: Step<State>['kind'],
  request: Request<State>,
  options: StepOptions<State>,
): Step<State> => {
  const undo = toChoice(options.undo);
  return {
    kind,
    request,
    undo: undo?.choose,
    undoRequests: undo?.oneOf ?? [],
    deadlineMs: options.deadlineMs ?? (kind === 'retriable' ? RETRY_AFTER_MS : DEFAULT_DEADLINE_MS),
  };
};

class Builder<State> {
  readonly #name: string;
  readonly #steps: Step<State>[] = [];
  #onCompleted: Ending<State> = async () => {};

  constructor(name: string) {
    this.#name = name;
  }

  step(request: Request<State>, options: StepOptions<State> = {}): this {
    return this.#add('compensatable', request, options);
  }

  pivot(request: Request<State>, options: StepOptions<State> = {}): this {
    return this.#add('pivot', request, options);
  }

  retriable(request: Request<State>, options: Pick<StepOptions<State>, 'deadlineMs'> = {}): this {
    return this.#add('retriable', request, options);
  }

  onCompleted(ending: Ending<State>): this {
    this.#onCompleted = ending;
    return this;
  }

  /** Ends the list: what to do once everything that was done is undone. */
  onFailed(ending: FailedEnding<State>): Definition<State> {
    return { name: this.#name, steps: this.#steps, onCompleted: this.#onCompleted, onFailed: ending };
  }

  #add(kind: Step<State>['kind'], request: Request<State>, options: StepOptions<State>): this {
    const hasPivot = this.#steps.some((step) => step.kind === 'pivot');
    if ((kind === 'retriable') !== hasPivot) {
      throw new Error(`saga ${this.#name}: ${request.name} stands on the wrong side of the pivot`);
    }
    this.#steps.push(toStep(kind, request, options));
    return this;
  }
}

export const saga = <State>(name: string): Builder<State> => new Builder<State>(name);
