import type { AttributeSpec } from '../model/plugin.ts';
import type { Spec } from './generated/hashicorp/nomad/plugins/shared/hclspec/Spec.ts';

type Constant = AttributeSpec['default'] | { readonly [name: string]: Constant };

/** The schema of a `config` block as Nomad wants it: one object with all its attributes. */
export function hclSpec(attributes: readonly AttributeSpec[]): Spec {
  return {
    object: { attributes: Object.fromEntries(attributes.map((spec) => [spec.name, attributeSpec(spec)])) },
  };
}

/** Names are always written down: inside a default or a block no attribute takes that of its key. */
function attributeSpec(spec: AttributeSpec): Spec {
  const { name } = spec;
  const required = spec.required ? { required: true } : {};
  // A list of maps is written as blocks or as an attribute, and an attribute is what takes both.
  const primary: Spec =
    spec.type === 'object'
      ? { block_value: { name, ...required, nested: hclSpec(spec.attributes ?? []) } }
      : { Attr: { name, ...required, type: spec.type } };
  const constant = defaultOf(spec);
  if (constant === undefined) return primary;
  return { default: { primary, default: { literal: { value: hclLiteral(constant) } } } };
}

/** A block that is left out has what its attributes have when they are left out. */
function defaultOf(spec: AttributeSpec): Constant {
  if (spec.type !== 'object') return spec.default;
  const members = (spec.attributes ?? [])
    .map((attribute) => [attribute.name, defaultOf(attribute)] as const)
    .filter(([, value]) => value !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** A value as an expression of HCL. */
function hclLiteral(value: NonNullable<Constant>): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(quoted).join(', ')}]`;
  const members = Object.entries(value).map(([name, member]) =>
    member === undefined ? '' : `${name} = ${hclLiteral(member)}`,
  );
  return `{ ${members.join(', ')} }`;
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

const ESCAPES_OF_JSON_ALONE: Readonly<Record<string, string>> = { b: '\\u0008', f: '\\u000c' };

/** HCL supports the escapes of JSON except \b and \f, and two prefixes of a template. */
function quoted(text: string): string {
  return JSON.stringify(text)
    .replace(/\\(.)/g, (escape, letter: string) => ESCAPES_OF_JSON_ALONE[letter] ?? escape)
    .replace(/[$%]\{/g, (start) => `${start.charAt(0)}${start}`);
}
