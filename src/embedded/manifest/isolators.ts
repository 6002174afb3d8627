import { RktFailure } from '../context.ts';
import { parseQuantity, quantityProblem } from './quantity.ts';
import type { ManifestIsolator } from './types.ts';
import { recordOf, stringAt, stringsOf } from './values.ts';

type IsolatorCheck = (value: unknown) => void;

/** Checks one isolator and keeps its value as it is; unknown names are refused, as rkt does. */
export function parseIsolator(entry: unknown): ManifestIsolator {
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

const noDefault: IsolatorCheck = (value) => {
  if (recordOf(value, 'Resource')['default'] === true) throw new RktFailure('default must be false');
  resource(value);
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
  if (errno !== '' && !/^[A-Z]+$/.test(errno)) throw new RktFailure('errno name must be upper-case');
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

const CHECKS: Readonly<Record<string, IsolatorCheck>> = {
  'resource/cpu': noDefault,
  'resource/memory': noDefault,
  'resource/block-bandwidth': resource,
  'resource/block-iops': resource,
  'resource/network-bandwidth': resource,
  'os/linux/capabilities-retain-set': capabilities,
  'os/linux/capabilities-remove-set': capabilities,
  'os/linux/no-new-privileges': flag,
  'os/linux/seccomp-retain-set': seccomp,
  'os/linux/seccomp-remove-set': seccomp,
  'os/linux/oom-score-adj': integerBetween('os/linux/oom-score-adj', -1000, 1000),
  'os/linux/cpu-shares': integerBetween('os/linux/cpu-shares', 2, 262144),
  'os/linux/selinux-context': (value) => recordOf(value, 'SELinuxContext'),
  'os/unix/sysctl': (value) => recordOf(value, 'UnixSysctl'),
};
