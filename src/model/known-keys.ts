import { z } from 'zod';

/**
 * The keys that an object may have at a path of a schema, in any of its forms; undefined if the schema has no object
 * there.
 */
export function knownKeys(schema: unknown, path: readonly PropertyKey[]): readonly string[] | undefined {
  const inner = unwrapped(schema);
  const [key, ...rest] = path;
  if (inner instanceof z.ZodUnion) {
    const all = inner.options.flatMap((option) => knownKeys(option, path) ?? []);
    return all.length === 0 ? undefined : [...new Set(all)];
  }
  if (key === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : undefined;
  if (inner instanceof z.ZodObject)
    return knownKeys((inner.shape as Record<PropertyKey, unknown>)[key], rest);
  if (inner instanceof z.ZodArray) return knownKeys(inner.element, rest);
  return undefined;
}

function unwrapped(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  )
    return unwrapped(schema.unwrap());
  return schema;
}
