import type { JsonObject } from '../asyncapi.ts';
import { escapeHtml, inline } from './page.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** The fields of a payload as a table; one table a variant where there are several. */
export const schemaTables = (payload: JsonObject): string => {
  const schema = payload as Schema;
  const variants = schema.oneOf ?? schema.anyOf ?? [schema];
  return variants.map((variant) => table(fieldsOf(variant, ''))).join('<p class="quiet">or</p>');
};

const table = (fields: readonly Field[]): string => `<div class="scroll"><table class="fields">
<tr><th>field</th><th>what it is</th></tr>
${fields
  .map(
    ({ name, type, isRequired, description }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(type)}${isRequired ? '' : ', optional'} <span class="quiet">${inline(description)}</span></td></tr>`,
  )
  .join('\n')}
</table></div>`;

const fieldsOf = (schema: Schema, prefix: string): Field[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix + name;
    const isRequired = schema.required?.includes(name) ?? false;
    const inner = field.items ?? field;
    const self = { name: path, type: typeOf(field), isRequired, description: field.description ?? '' };
    return [self, ...fieldsOf(inner, field.items ? `${path}[].` : `${path}.`)];
  });

const typeOf = (schema: Schema): string => {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return variants.map(typeOf).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.length > 8 ? 'a code' : schema.enum.map(String).join(' | ');
  if (schema.type === 'array') return `${typeOf(schema.items ?? {})}[]`;
  const type = schema.format ?? [schema.type ?? 'any'].flat().join(' | ');
  return [type, boundsOf(schema)].filter(Boolean).join(' ');
};

const boundsOf = ({ minimum, maximum }: Schema): string => {
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `≥ ${minimum}` : '';
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `≤ ${maximum}` : '';
  return [least, most].filter(Boolean).join(', ');
};
