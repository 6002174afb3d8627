import { RktFailure } from '../context.ts';
import { parseQuantity, quantityProblem } from './quantity.ts';
import type { ManifestIsolator } from './types.ts';
import { recordOf, stringAt, stringsOf } from './values.ts';

type IsolatorParser = (value: unknown) => unknown;

/** Parses one isolator; unknown names are refused, as rkt does. */
export function parseIsolator(entry: unknown): ManifestIsolator {
  const json = recordOf(entry, 'Isolator');
  const name = stringAt(json, 'name');
  const parse = Object.hasOwn(PARSERS, name) ? PARSERS[name] : undefined;
  if (parse === undefined) throw new RktFailure('invalid isolator');
  return { name, value: parse(json['value']) };
}

const resource: IsolatorParser = (value) => {
  const json = recordOf(value, 'Resource');
  return {
    ...(json['default'] === true ? { default: true } : {}),
    ...quantityAt(json, 'request'),
    ...quantityAt(json, 'limit'),
  };
};

const noDefault: IsolatorParser = (value) => {
  if (recordOf(value, 'Resource')['default'] === true) throw new RktFailure('default must be false');
  return resource(value);
};

function quantityAt(json: Readonly<Record<string, unknown>>, key: string): Readonly<Record<string, string>> {
  const value = json[key];
  if (value === undefined || value === null) return {};
  const quantity = parseQuantity(typeof value === 'number' ? String(value) : stringAt(json, key));
  if (quantity === undefined) throw new RktFailure(quantityProblem);
  return { [key]: quantity.canonical };
}

const capabilities: IsolatorParser = (value) => {
  const set = stringsOf(recordOf(value, 'Capabilities')['set'], 'set');
  if (set.length === 0) throw new RktFailure('set must be non-empty');
  return { set };
};

const seccomp: IsolatorParser = (value) => {
  const json = recordOf(value, 'Seccomp');
  const set = stringsOf(json['set'], 'set');
  if (set.length === 0) throw new RktFailure('set must be non-empty');
  const errno = stringAt(json, 'errno');
  if (errno !== '' && !/^[A-Z]+$/.test(errno)) throw new RktFailure('errno name must be upper-case');
  return { set, ...(errno === '' ? {} : { errno }) };
};

function integerBetween(name: string, min: number, max: number): IsolatorParser {
  return (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new RktFailure(`${name} must be between ${min} and ${max}, got ${String(value)}`);
  };
}

const PARSERS: Readonly<Record<string, IsolatorParser>> = {
  'resource/cpu': noDefault,
  'resource/memory': noDefault,
  'resource/block-bandwidth': resource,
  'resource/block-iops': resource,
  'resource/network-bandwidth': resource,
  'os/linux/capabilities-retain-set': capabilities,
  'os/linux/capabilities-remove-set': capabilities,
  'os/linux/no-new-privileges': (value) => value === true,
  'os/linux/seccomp-retain-set': seccomp,
  'os/linux/seccomp-remove-set': seccomp,
  'os/linux/oom-score-adj': integerBetween('os/linux/oom-score-adj', -1000, 1000),
  'os/linux/cpu-shares': integerBetween('os/linux/cpu-shares', 2, 262144),
  'os/linux/selinux-context': (value) => recordOf(value, 'SELinuxContext'),
  'os/unix/sysctl': (value) => recordOf(value, 'UnixSysctl'),
};
