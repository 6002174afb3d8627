import { isAbsolute } from 'node:path';
import { RktFailure } from '../embedded-context.ts';
import { acNameProblem } from '../names.ts';
import { parseIsolators } from './isolators.ts';
import type { ManifestApp, ManifestMountPoint, ManifestPair, ManifestPort } from './manifest-types.ts';
import type { JsonRecord } from './manifest-values.ts';
import {
  checkUnique,
  flagAt,
  listOf,
  mapOf,
  numberAt,
  optional,
  pairsAt,
  recordOf,
  stringAt,
  stringsOf,
} from './manifest-values.ts';

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z_0-9.-]*$/;

/**
 * Parses and validates an app section (of an image or of a pod manifest).
 *
 * @throws RktFailure with rkt's message
 */
export function parseManifestApp(value: unknown): ManifestApp {
  const json = recordOf(value, 'App');
  const app = {
    exec: json['exec'] === undefined || json['exec'] === null ? null : stringsOf(json['exec'], 'exec'),
    ...optional('eventHandlers', json['eventHandlers'], parseHandlers),
    user: stringAt(json, 'user'),
    group: stringAt(json, 'group'),
    ...optional('supplementaryGIDs', json['supplementaryGIDs'], parseGids),
    ...optional('workingDirectory', stringAt(json, 'workingDirectory') || undefined, String),
    ...optional('environment', json['environment'], () => pairsAt(json, 'environment')),
    ...optional('mountPoints', json['mountPoints'], parseMountPoints),
    ...optional('ports', json['ports'], parsePorts),
    ...optional('isolators', json['isolators'], (list) => parseIsolators(list)),
    ...optional('userAnnotations', json['userAnnotations'], (map) => parseStringMap(map, 'userAnnotations')),
    ...optional('userLabels', json['userLabels'], (map) => parseStringMap(map, 'userLabels')),
  };
  checkApp(app);
  return app;
}

/** The checks rkt repeats whenever it writes an app section, e.g. after overrides from the command line. */
export function checkApp(app: ManifestApp): void {
  if (app.user === '') throw new RktFailure('user is required');
  if (app.group === '') throw new RktFailure('group is required');
  if (app.workingDirectory !== undefined && !isAbsolute(app.workingDirectory)) {
    throw new RktFailure('workingDirectory must be an absolute path');
  }
  checkHandlers(app.eventHandlers ?? []);
  checkEnvironment(app.environment ?? []);
}

function checkHandlers(handlers: readonly { readonly name: string }[]): void {
  for (const { name } of handlers) {
    if (name === '') throw new RktFailure('eventHandler "name" cannot be empty');
    if (name !== 'pre-start' && name !== 'post-stop')
      throw new RktFailure(`bad eventHandler "name": ${JSON.stringify(name)}`);
  }
  checkUnique(handlers, (name) => `Only one eventHandler of name ${JSON.stringify(name)} allowed`);
}

function checkEnvironment(environment: readonly ManifestPair[]): void {
  const invalid = environment.find(({ name }) => !ENVIRONMENT_NAME.test(name));
  if (invalid?.name === '') throw new RktFailure('environment variable name must not be empty');
  if (invalid !== undefined) {
    throw new RktFailure(
      `environment variable does not have valid identifier ${JSON.stringify(invalid.name)}`,
    );
  }
  checkUnique(environment, (name) => `duplicate environment variable of name ${JSON.stringify(name)}`);
}

function parseHandlers(
  value: unknown,
): readonly { readonly name: string; readonly exec: readonly string[] }[] {
  const handlers = listOf(value, 'eventHandlers').map((entry) => {
    const json = recordOf(entry, 'EventHandler');
    return { name: stringAt(json, 'name'), exec: stringsOf(json['exec'], 'exec') };
  });
  checkHandlers(handlers);
  return handlers;
}

function parseGids(value: unknown): readonly number[] {
  return listOf(value, 'supplementaryGIDs').map((gid) => {
    if (typeof gid === 'number' && Number.isInteger(gid)) return gid;
    throw new RktFailure(`json: cannot unmarshal ${typeof gid} into Go value of supplementaryGIDs`);
  });
}

function acName(json: JsonRecord): string {
  const name = stringAt(json, 'name');
  const problem = acNameProblem(name);
  if (problem !== undefined) throw new RktFailure(problem);
  return name;
}

function parseMountPoints(value: unknown): readonly ManifestMountPoint[] {
  // appc takes several of one name; rkt mounts a volume at the first.
  return listOf(value, 'mountPoints').map((entry) => {
    const json = recordOf(entry, 'MountPoint');
    const path = stringAt(json, 'path');
    return { name: acName(json), path, ...(flagAt(json, 'readOnly') ? { readOnly: true } : {}) };
  });
}

function parsePorts(value: unknown): readonly ManifestPort[] {
  return listOf(value, 'ports').map((entry) => {
    const json = recordOf(entry, 'Port');
    const port = numberAt(json, 'port') ?? 0;
    // 0 is what a missing count is.
    const count = numberAt(json, 'count') || 1;
    const parsed = { name: acName(json), protocol: stringAt(json, 'protocol'), port, count };
    if (port < 1 || port > 65535) throw new RktFailure('port must be in 1-65535 range');
    if (port + count - 1 > 65535) throw new RktFailure('end of port range must be in 1-65535 range');
    return { ...parsed, socketActivated: flagAt(json, 'socketActivated') };
  });
}

function parseStringMap(value: unknown, what: string): Readonly<Record<string, string>> {
  const json = mapOf(value, what);
  return Object.fromEntries(Object.keys(json).map((key) => [key, stringAt(json, key)]));
}
