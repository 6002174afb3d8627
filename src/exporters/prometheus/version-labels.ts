import { readFileSync } from 'node:fs';
import { release } from 'node:os';

import type { Labels } from './label-text.ts';

let osVersion: string | undefined;

/** The labels of `cadvisor_version_info`, by cAdvisor's names; the version is that of this program. */
export function versionLabels(version: string): Labels {
  osVersion ??= prettyName();
  return { cadvisorVersion: `rkt-streams-${version}`, kernelVersion: release(), osVersion };
}

/** What the distribution calls itself; empty where it does not say. */
function prettyName(): string {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return parsePrettyName(readFileSync(path, 'utf8')) ?? '';
    } catch {
      continue;
    }
  }
  return '';
}

/** `PRETTY_NAME` of os-release(5), without its quotes. */
export function parsePrettyName(text: string): string | undefined {
  const [, value] = /^PRETTY_NAME=(.*)$/m.exec(text) ?? [];
  return value
    ?.trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/\\(.)/g, '$1');
}
