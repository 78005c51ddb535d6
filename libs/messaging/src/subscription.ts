import type { AnyCommandType, AnyMessageType, Message, ReplyOf } from '@frontrow/contracts/message';
import type { UnitOfWork } from './transact.ts';

/** One line of a service's `subscriptions.ts`: what happens when a message of this type arrives. */
export interface Subscription {
  readonly type: AnyMessageType;
  readonly handle: (message: Message, uow: UnitOfWork) => Promise<void>;
}

/**
 * Handles every message of a type once, in a transaction that also records that it was handled.
 * What it throws rolls all of it back, and the message is tried again (see the README's *Failure*).
 */
export function on<M extends AnyMessageType>(
  type: M,
  handle: (message: Message<M>, uow: UnitOfWork) => Promise<void>,
): Subscription {
  return { type, handle: handle as Subscription['handle'] };
}

/**
 * Handles a command and answers it: the reply carries the command's id as `causationId` and keeps its
 * `correlationId`. A refusal is a reply too, not an error.
 */
export function onCommand<C extends AnyCommandType>(
  type: C,
  handle: (command: Message<C>, uow: UnitOfWork) => Promise<ReplyOf<C>>,
): Subscription {
  return {
    type,
    handle: async (command, uow) => {
      const reply = await handle(command as Message<C>, uow);
      uow.emit(type.reply, reply, { causationId: command.id, correlationId: command.correlationId });
    },
  };
}
