import { describe, expect, test } from '@jest/globals';
import { debitPoints, refundPoints } from '@frontrow/contracts/wallet';
import { confirmReservation, reopenReservation } from '@frontrow/contracts/reservation';
import { expireToken } from '@frontrow/contracts/queue';
import { type Decision, decide, type Instance, newInstance } from './decide.ts';
import { request, saga } from './definition.ts';

interface State {
  price?: number;
}

const confirm = request<State, typeof confirmReservation>(
  confirmReservation,
  () => ({}) as never,
  () => ({ price: 100 }),
);
const reopen = request<State, typeof reopenReservation>(reopenReservation, () => ({}) as never);
const debit = request<State, typeof debitPoints>(debitPoints, () => ({}) as never);
const refund = request<State, typeof refundPoints>(refundPoints, () => ({}) as never);
const expire = request<State, typeof expireToken>(expireToken, () => ({}) as never);

const purchase = saga<State>('purchase')
  .step(confirm, { undo: reopen, deadlineMs: 1_000 })
  .pivot(debit, { undo: refund, deadlineMs: 1_000 })
  .retriable(expire)
  .onCompleted(async () => {})
  .onFailed(async () => {});

/** Plays the store: gives each sent command an id, `c1`, `c2` … */
const play = () => {
  let sent = 0;
  let instance: Instance<State> = newInstance('s', {});
  const take = (decision: Decision<State>) => {
    instance = decision.instance;
    if (decision.send !== undefined) {
      sent += 1;
      const id = `c${sent}`;
      instance = { ...instance, commandIds: decision.progress === 'repeated' ? [...instance.commandIds, id] : [id] };
    }
    return { sends: decision.send?.name, status: instance.status, log: decision.log.map((entry) => entry.kind) };
  };
  return {
    start: () => take(decide(purchase, instance, { type: 'start' }, 0)),
    done: (commandId: string) => take(reply(commandId, { outcome: 'done' })),
    refused: (commandId: string, code: string) => take(reply(commandId, { outcome: 'refused', code })),
    deadline: (nowMs: number) => take(decide(purchase, instance, { type: 'deadline' }, nowMs)),
    now: () => instance,
  };
  function reply(commandId: string, value: { outcome: 'done' | 'refused'; code?: string }) {
    return decide(purchase, instance, { type: 'reply', commandId, messageId: 'm', reply: value }, 0);
  }
};

describe('a saga', () => {
  test('goes through its steps in order and completes', () => {
    const it = play();
    expect(it.start()).toEqual({ sends: 'confirm-reservation', status: 'RUNNING', log: ['STARTED', 'COMMAND'] });
    expect(it.done('c1').sends).toBe('debit-points');
    expect(it.now().state).toEqual({ price: 100 });
    expect(it.done('c2').sends).toBe('expire-token');
    expect(it.done('c3')).toEqual({ sends: undefined, status: 'COMPLETED', log: ['REPLY', 'COMPLETED'] });
    expect(it.now().deadlineAtMs).toBeUndefined();
  });

  test('records the compensation of a step before the step is sent', () => {
    const it = play();
    it.start();
    expect(it.now().undo).toEqual([0]);
    it.done('c1');
    expect(it.now().undo).toEqual([0, 1]);
  });

  test('fails without compensation when its first step is refused', () => {
    const it = play();
    it.start();
    expect(it.refused('c1', 'HOLD_EXPIRED')).toEqual({
      sends: undefined,
      status: 'FAILED',
      log: ['REFUSAL', 'FAILED'],
    });
    expect(it.now().failure).toEqual({ step: 'confirm-reservation', code: 'HOLD_EXPIRED' });
  });

  test('undoes what was done, but not a refused pivot', () => {
    const it = play();
    it.start();
    it.done('c1');
    expect(it.refused('c2', 'OUT_OF_BUDGET').sends).toBe('reopen-reservation');
    expect(it.done('c3').status).toBe('FAILED');
    expect(it.now().failure?.code).toBe('OUT_OF_BUDGET');
  });

  test('undoes the pivot too while its outcome is unknown, the last step first', () => {
    const it = play();
    it.start();
    it.done('c1');
    expect(it.deadline(1_000).sends).toBe('refund-points');
    expect(it.done('c3').sends).toBe('reopen-reservation');
    expect(it.done('c4').status).toBe('FAILED');
    expect(it.now().failure).toEqual({ step: 'debit-points', code: undefined });
  });

  test('is not undone after the pivot: the next step is repeated until it succeeds', () => {
    const it = play();
    it.start();
    it.done('c1');
    it.done('c2');
    expect(it.now().undo).toEqual([]);
    expect(it.deadline(60_000)).toEqual({ sends: 'expire-token', status: 'RUNNING', log: ['RETRIED'] });
    expect(it.done('c3').status).toBe('COMPLETED');
  });

  test('repeats a compensation until it succeeds', () => {
    const it = play();
    it.start();
    it.done('c1');
    it.refused('c2', 'OUT_OF_BUDGET');
    expect(it.deadline(60_000)).toEqual({ sends: 'reopen-reservation', status: 'COMPENSATING', log: ['RETRIED'] });
    expect(it.done('c4').status).toBe('FAILED');
  });

  test('ignores a late reply and a reply for another command', () => {
    const it = play();
    it.start();
    it.done('c1');
    const before = it.now();
    expect(it.done('c1').log).toEqual(['IGNORED']);
    expect(it.refused('foreign', 'OUT_OF_BUDGET').log).toEqual(['IGNORED']);
    expect(it.now()).toEqual(before);
    it.deadline(1_000);
    expect(it.done('c2').log).toEqual(['IGNORED']);
    expect(it.now().status).toBe('COMPENSATING');
  });

  test('changes nothing when its deadline has not passed', () => {
    const it = play();
    it.start();
    expect(it.deadline(999).log).toEqual([]);
  });

  test('changes nothing once it has ended', () => {
    const it = play();
    it.start();
    it.refused('c1', 'HOLD_EXPIRED');
    expect(it.done('c1').log).toEqual(['IGNORED']);
    expect(it.deadline(1_000_000).log).toEqual([]);
    expect(it.now().status).toBe('FAILED');
  });
});

test('a retriable step before the pivot is refused when the saga is defined', () => {
  expect(() => saga<State>('wrong').retriable(expire)).toThrow('wrong side of the pivot');
});
