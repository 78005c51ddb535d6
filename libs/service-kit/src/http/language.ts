import type { Request } from 'express';

export type Language = 'ko' | 'en';

/** Korean is the product's first language: it is the answer unless the caller prefers another. */
export const languageOf = (request: Request): Language => {
  const preferred = request.acceptsLanguages('ko', 'en');
  return preferred === 'ko' ? 'ko' : 'en';
};
