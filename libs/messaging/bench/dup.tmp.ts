import { pino } from 'pino';
import { pointsCharged } from '@frontrow/contracts/wallet';
import { startHarness, charge, outboxIsEmpty } from '../src/testing/harness.ts';
for (let r = 0; r < 25; r++) {
  const h = await startHarness(); (h.settings as any).logger = pino({ level: 'warn' });
  const m = await h.start(); const found = await h.follow('wallet.events');
  await Promise.all(Array.from({ length: 20 }, (_, i) => m.transact(async (u) => { u.emit(pointsCharged, charge('u' + i, 1)); })));
  await outboxIsEmpty(h.db); while (found.length < 20) await new Promise((r) => setTimeout(r, 20)); await new Promise((r) => setTimeout(r, 100));
  if (found.length !== 20) console.log('round', r, found.length);
  await h.stop();
}
