import type { SlotFlow, Waiting } from './place.ts';

/**
 * How long a person waits
 * =======================
 * Slots come free when people pay, leave, or run out of time. What is measured is how often that happens *per
 * occupied slot and second*: departures divided by slot-seconds, the estimate of a rate under censoring (those
 * still inside count with the time they have spent, so a room that has just opened isn't taken for a fast one).
 *
 * Times the capacity it gives departures per second. So the estimate is right at once when an operator changes
 * the capacity, it learns nothing wrong from hours when hardly anybody was inside, and time in which nobody
 * leaves makes it longer.
 *
 * Both sums fade: after MEMORY_PASSES times the life of a pass, what was measured counts 1/e.
 */
export const MEMORY_PASSES = 2;
export const MIN_MEMORY_SECONDS = 60;

export const memorySecondsOf = (passSeconds: number): number =>
  Math.max(MIN_MEMORY_SECONDS, passSeconds * MEMORY_PASSES);

/** Departures per second from a full room; undefined while none has been measured. */
export const departureRate = (flow: SlotFlow, nowMs: number): number | undefined => {
  if (flow.departures <= 0) return undefined;
  const memorySeconds = memorySecondsOf(flow.passSeconds);
  const kept = Math.exp(-Math.max(0, nowMs - flow.measuredAtMs) / 1000 / memorySeconds);
  const departures = flow.departures * kept;
  const slotSeconds = flow.slotSeconds * kept + flow.occupied * memorySeconds * (1 - kept);
  return slotSeconds > 0 ? (departures / slotSeconds) * flow.capacity : undefined;
};

/** Seconds until this person's turn, in steps that suit its size; null while unknown or while nobody is admitted. */
export const estimateWaitSeconds = ({ mode, ahead, flow, nowMs }: Waiting): number | null => {
  if (mode === 'hold' || flow.capacity === 0) return null;
  const rate = departureRate(flow, nowMs);
  if (rate === undefined) return null;
  // After the capacity was lowered, more people are inside than may be: they leave before anyone comes in.
  const departuresNeeded = Math.max(0, ahead + 1 + flow.occupied - flow.capacity);
  return inSteps(departuresNeeded / rate);
};

const MAX_ESTIMATE_SECONDS = 7 * 24 * 60 * 60;

/** Finer steps would feign a precision that the estimate doesn't have, and make every ETag a new one. */
const inSteps = (seconds: number): number => {
  const step = seconds < 60 ? 1 : seconds < 600 ? 5 : seconds < 3_600 ? 30 : 60;
  return Math.min(MAX_ESTIMATE_SECONDS, Math.ceil(seconds / step) * step);
};
