import { z } from 'zod';
import { problem } from './problem.ts';

/** A cursor is the sort key of the last item of a page: opaque to clients, base64url of JSON. */
export const encodeCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/** @throws ILLEGAL_ARGUMENTS for anything that `encodeCursor` did not make from a `schema` position. */
export const decodeCursor = <S extends z.ZodType>(schema: S, cursor: string | undefined): z.output<S> | undefined => {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(readJson(cursor));
  if (!parsed.success) throw problem('ILLEGAL_ARGUMENTS', { detail: 'This cursor is not one of ours.' });
  return parsed.data;
};

const readJson = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
};

/**
 * A page from `limit + 1` rows: the one too many only says that there is a next page.
 */
export const toPage = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  positionOf: (row: Row) => unknown,
  toItem: (row: Row) => Item,
): { items: Item[]; next: string | null } => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    next: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null,
  };
};
