/** Every `$ref` of a document that points to nothing in it. */
export const danglingRefs = (document: unknown): string[] => {
  const refs: string[] = [];
  JSON.stringify(document, (key, value) => {
    if (key === '$ref' && typeof value === 'string' && resolve(document, value) === undefined) refs.push(value);
    return value;
  });
  return refs;
};

const resolve = (document: unknown, ref: string): unknown => {
  if (!ref.startsWith('#/')) return undefined;
  const steps = ref
    .slice(2)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
};
