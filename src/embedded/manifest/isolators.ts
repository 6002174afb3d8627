import { RktFailure } from '../embedded-context.ts';
import { parseQuantity, quantityProblem } from './quantity.ts';
import type { ManifestIsolator } from './manifest-types.ts';
import { flagAt, listOf, mapOf, recordOf, stringAt, stringsOf } from './manifest-values.ts';

type IsolatorCheck = (value: unknown) => void;

/** Isolators that may stand in a list once; rkt takes several of the others, as it was recorded for memory. */
const SINGLE = new Set([
  'os/linux/seccomp-retain-set',
  'os/linux/seccomp-remove-set',
  'os/linux/oom-score-adj',
  'os/linux/cpu-shares',
  'os/linux/selinux-context',
  'os/unix/sysctl',
]);

/** Checks a list of isolators and keeps their values as they are. @throws RktFailure in appc's words */
export function parseIsolators(value: unknown): readonly ManifestIsolator[] {
  const isolators = listOf(value, 'isolators').map(parseIsolator);
  const names = isolators.map(({ name }) => name);
  const repeated = names.some((name, index) => names.indexOf(name) !== index && SINGLE.has(name));
  const opposed = ['os/linux/seccomp-retain-set', 'os/linux/seccomp-remove-set'].every((name) =>
    names.includes(name),
  );
  if (repeated || opposed) throw new RktFailure('isolators set contains incompatible types');
  return isolators;
}

/** Unknown names are refused, as rkt does. */
function parseIsolator(entry: unknown): ManifestIsolator {
  const json = recordOf(entry, 'Isolator');
  const name = stringAt(json, 'name');
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  if (check === undefined) throw new RktFailure('invalid isolator');
  check(json['value']);
  return { name, value: json['value'] };
}

const resource: IsolatorCheck = (value) => {
  const json = recordOf(value, 'Resource');
  checkQuantity(json['request']);
  checkQuantity(json['limit']);
};

/** CPU and memory: a limit for this app, which is no default for others. */
const ownResource: IsolatorCheck = (value) => {
  if (flagAt(recordOf(value, 'Resource'), 'default')) throw new RktFailure('default must be false');
  resource(value);
};

/** Block devices and network: a default for all of them, without a request. */
const defaultResource: IsolatorCheck = (value) => {
  const json = recordOf(value, 'Resource');
  if (!flagAt(json, 'default')) throw new RktFailure('default must be true');
  resource(value);
  if (json['request'] !== undefined && json['request'] !== null)
    throw new RktFailure('request not supported by this resource, must be empty');
};

function checkQuantity(value: unknown): void {
  if (value === undefined || value === null) return;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (parseQuantity(text) === undefined) throw new RktFailure(quantityProblem);
}

const capabilities: IsolatorCheck = (value) => {
  if (stringsOf(recordOf(value, 'Capabilities')['set'], 'set').length === 0)
    throw new RktFailure('set must be non-empty');
};

const seccomp: IsolatorCheck = (value) => {
  capabilities(value);
  const errno = stringAt(recordOf(value, 'Seccomp'), 'errno');
  if (errno !== '' && !/^E[\p{Lu}\p{N}]*$/u.test(errno))
    throw new RktFailure(
      `errno must be the upper-case name of an error, such as EPERM, not ${JSON.stringify(errno)}`,
    );
};

function integerBetween(name: string, min: number, max: number): IsolatorCheck {
  return (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return;
    throw new RktFailure(`${name} must be between ${min} and ${max}, got ${JSON.stringify(value)}`);
  };
}

const flag: IsolatorCheck = (value) => {
  if (typeof value !== 'boolean') throw new RktFailure('json: cannot unmarshal into Go value of type bool');
};

const sysctl: IsolatorCheck = (value) => {
  const settings = mapOf(value, 'UnixSysctl');
  for (const name of Object.keys(settings)) stringAt(settings, name);
};

/** The parts are joined by colons, so only the level may hold one. */
const selinuxContext: IsolatorCheck = (value) => {
  const json = recordOf(value, 'SELinuxContext');
  for (const part of ['user', 'role', 'type']) {
    const text = stringAt(json, part);
    if (text === '' || text.includes(':'))
      throw new RktFailure(`invalid ${part} value ${JSON.stringify(text)}`);
  }
  if (stringAt(json, 'level') === '') throw new RktFailure('invalid level value ""');
};

const CHECKS: Readonly<Record<string, IsolatorCheck>> = {
  'resource/cpu': ownResource,
  'resource/memory': ownResource,
  'resource/block-bandwidth': defaultResource,
  'resource/block-iops': defaultResource,
  'resource/network-bandwidth': defaultResource,
  'os/linux/capabilities-retain-set': capabilities,
  'os/linux/capabilities-remove-set': capabilities,
  'os/linux/no-new-privileges': flag,
  'os/linux/seccomp-retain-set': seccomp,
  'os/linux/seccomp-remove-set': seccomp,
  'os/linux/oom-score-adj': integerBetween('os/linux/oom-score-adj', -1000, 1000),
  'os/linux/cpu-shares': integerBetween('os/linux/cpu-shares', 2, 262144),
  'os/linux/selinux-context': selinuxContext,
  'os/unix/sysctl': sysctl,
};
