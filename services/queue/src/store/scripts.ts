import { readFileSync } from 'node:fs';
import { expireToken, roomChanged, tokenActivated, tokenExpired, tokenIssued } from '@frontrow/contracts/queue';
import { MEMORY_PASSES, MIN_MEMORY_SECONDS } from '../domain/estimate.ts';

export const scriptNames = [
  'open-room',
  'join',
  'poll',
  'leave',
  'expire',
  'hold',
  'release',
  'advance',
  'change-room',
  'snapshot',
] as const;
export type ScriptName = (typeof scriptNames)[number];

/** Slots that one script call may end, and turns that may come in it. */
export const BATCH = 200;

const types = {
  tokenIssued: tokenIssued.type,
  tokenActivated: tokenActivated.type,
  tokenExpired: tokenExpired.type,
  roomChanged: roomChanged.type,
  expireTokenReply: expireToken.reply.type,
};
const settings = { batch: BATCH, memoryPasses: MEMORY_PASSES, minMemorySeconds: MIN_MEMORY_SECONDS };

const luaTable = (values: Record<string, string | number>): string =>
  `{ ${Object.entries(values)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join(', ')} }`;

const read = (name: string): string => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8');

const head = `local TYPES = ${luaTable(types)}\nlocal SETTINGS = ${luaTable(settings)}\n${read('head')}`;
const prelude = read('prelude');

/** The whole text of every script. */
export const scripts = {
  ...(Object.fromEntries(scriptNames.map((name) => [name, head + prelude + read(name)])) as Record<ScriptName, string>),
  poll: head + read('poll-waiting') + prelude + read('poll'),
} satisfies Record<ScriptName, string>;
