import type { Logger } from '@frontrow/service-kit/logger';
import { periodically } from '@frontrow/service-kit/periodically';
import type { Lines } from '../store/lines.ts';

const BUSY_EVERY_MS = 250;
/** Every fourth round looks at all concerts, the others at those that had slots or a line. */
const ALL_EVERY_ROUNDS = 4;
/** Batches that one concert may take in a round: then it is another's turn. */
const MAX_BATCHES = 50;

/**
 * Moves lines on without anybody asking: slots that ran out end, and whoever is next gets the turn. Every
 * instance does so for every concert; a script call that finds nothing to do costs Redis some 10 µs.
 */
export const advanceLines = (lines: Lines, logger: Logger): { stop(): Promise<void> } => {
  let round = 0;
  let busy: string[] = [];
  let isFailing = false;

  const advanceAll = async (): Promise<void> => {
    const concertIds = round++ % ALL_EVERY_ROUNDS === 0 ? await lines.concertIds() : busy;
    const isBusy = await Promise.all(concertIds.map((concertId) => advanceLine(lines, concertId)));
    busy = concertIds.filter((_, index) => isBusy[index]);
  };
  const run = async (): Promise<void> => {
    try {
      await advanceAll();
      isFailing = false;
    } catch (error) {
      // Four times a second the same would hide what else there is to read.
      if (!isFailing) logger.error({ err: error }, 'lines can not be advanced');
      isFailing = true;
    }
  };
  return periodically({ name: 'advance lines', everyMs: BUSY_EVERY_MS, run, logger });
};

/** Whether somebody is in the line or inside. */
const advanceLine = async (lines: Lines, concertId: string): Promise<boolean> => {
  for (let batch = 0; ; batch++) {
    const line = await lines.advance(concertId);
    if (line === undefined) return false;
    if (!line.hasMore || batch >= MAX_BATCHES) return !line.isIdle;
  }
};
