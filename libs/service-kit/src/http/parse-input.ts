import { z } from 'zod';
import { en, ko } from 'zod/locales';
import { problem } from '../problem.ts';
import type { Language } from './language.ts';

const messagesIn = { ko: ko().localeError, en: en().localeError };

const MAX_SHOWN = 20;
const MAX_MESSAGE_LENGTH = 200;

export type InputPart = 'path' | 'query' | 'body';

/**
 * Parses one part of a request by its schema.
 * @throws ILLEGAL_ARGUMENTS with `errors: [{ path, message }]`, in the caller's language.
 */
export const parseInput = <S extends z.ZodType>(
  part: InputPart,
  schema: S,
  value: unknown,
  language: () => Language,
): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success && isStorable(parsed.data)) return parsed.data;
  if (parsed.success) throw problem('ILLEGAL_ARGUMENTS', { detail: 'Text must be well-formed Unicode without NUL.' });
  // Parsed once more for the messages: the locale would cost the good requests something, too.
  const localized = schema.safeParse(value, { error: messagesIn[language()] });
  const issues = (localized.error ?? parsed.error).issues;
  throw problem('ILLEGAL_ARGUMENTS', {
    errors: issues.slice(0, MAX_SHOWN).map((issue) => ({
      path: [part, ...issue.path].join('.'),
      message: issue.message.slice(0, MAX_MESSAGE_LENGTH),
    })),
  });
};

/** PostgreSQL refuses NUL in text, and a lone surrogate would become U+FFFD on its way: both are the caller's mistake. */
const isStorable = (value: unknown): boolean => {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isStorable);
};
