import { z } from 'zod';

/** Ids are UUIDv7 as text: sortable by time, readable as Kafka keys. Lower case, so that one id has one spelling. */
export const Id = z.uuid().toLowerCase().meta({ description: 'UUIDv7 as text' });

/** `sub` of the OIDC access token. */
export const UserId = z.string().min(1).max(128).meta({ description: '`sub` of the access token' });

/** Money is an integer of won, within what a double holds exactly. */
export const Won = z.int().min(0).meta({ description: 'won, an integer' });

/** ISO 8601 in UTC: `2026-12-24T10:00:00.000Z`. Years that every store of ours can keep. */
export const Instant = z.iso
  .datetime()
  .regex(/^(19[7-9]\d|[2-9]\d{3})-/, 'must be in the years 1970 to 9999')
  .meta({ description: 'ISO 8601, UTC' });

/** As a client writes one, with any offset: `2026-12-24T19:00:00+09:00`. Kept in UTC, to the millisecond. */
export const InstantInput = z.iso
  .datetime({ offset: true })
  .regex(/^(20\d{2}|[3-8]\d{3})-/, 'must be in the years 2000 to 8999')
  .meta({ description: 'ISO 8601 with `Z` or an offset' });

/** Seats are numbered from 1. */
export const SeatNumber = z.int().min(1).max(50_000).meta({ description: 'seat number, from 1' });

/** A line of human text: trimmed, without control characters, not empty. */
export const text = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    // biome-ignore lint: control characters are what this looks for
    .regex(/^[^\u0000-\u001f\u007f]*$/u, 'must not contain control characters')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'cursor of the next page; null on the last' }),
  });

export const PageQuery = z.object({
  cursor: z.string().max(200).optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
