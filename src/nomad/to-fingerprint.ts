import type { Fingerprint } from '../model/fingerprint.ts';
import type { FingerprintResponse } from './generated/hashicorp/nomad/plugins/drivers/proto/FingerprintResponse.ts';
import type { Attribute } from './generated/hashicorp/nomad/plugins/shared/structs/Attribute.ts';

const HEALTH = { undetected: 'UNDETECTED', unhealthy: 'UNHEALTHY', healthy: 'HEALTHY' } as const;

/**
 * A fingerprint for the host.
 *
 * @param known attributes that were sent to the host before: omitting one does not remove it, an empty text does
 */
export function toFingerprint(
  { health, description, attributes }: Pick<Fingerprint, 'health' | 'description' | 'attributes'>,
  known: Iterable<string> = [],
): FingerprintResponse {
  const gone = [...known].map((name) => [name, { string_val: '' }] as const);
  const entries = Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)] as const);
  return {
    health: HEALTH[health],
    health_description: description,
    attributes: Object.fromEntries<Attribute>([...gone, ...entries]),
  };
}

function toAttribute(value: string | boolean): Attribute {
  return typeof value === 'boolean' ? { bool_val: value } : { string_val: value };
}
