import { AsyncLocalStorage } from 'node:async_hooks';

/** What a message inherits from whatever made the service emit it: an HTTP request or another message. */
export interface FlowContext {
  /** The business flow: a payment's id for saga messages, else the id of the request that began it. */
  correlationId?: string;
  /** Id of the message that is being handled. */
  causationId?: string;
  /** W3C Trace Context. */
  traceparent?: string;
}

const storage = new AsyncLocalStorage<FlowContext>();
const NO_FLOW: FlowContext = Object.freeze({});

export const flow = {
  run: <T>(context: FlowContext, fn: () => T): T => storage.run(context, fn),
  current: (): FlowContext => storage.getStore() ?? NO_FLOW,
};
