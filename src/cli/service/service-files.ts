import { join } from 'node:path';

import { certified } from './certified-text.ts';
import { sampleConfig, type ActiveSettings } from './sample-config.ts';
import { UNIT_NAME, systemdUnit } from './systemd-unit.ts';

/** What an installation consists of. */
export interface ServiceFiles {
  readonly unit: { readonly path: string; readonly text: string };
  readonly config: { readonly path: string; readonly text: string };
  /** The data directory with the token; undefined below a root: two machines must not have the same token. */
  readonly dataDir: string | undefined;
  /** The directory that is the root of the machine in question; undefined for this machine. */
  readonly root: string | undefined;
}

export interface ServiceOptions {
  /** The words of ExecStart before `agent`. */
  readonly program: readonly string[];
  /** The absolute path of the config file. */
  readonly config: string;
  readonly dataDir: string;
  readonly rktDir: string;
  /** The unit goes below `<prefix>/lib/systemd/system`, as that of a package does, instead of `/etc/systemd/system`. */
  readonly prefix: string | undefined;
  readonly root: string | undefined;
  readonly active: ActiveSettings;
}

/** The files, with their texts. @throws RKT_ERR_OPTIONS for a path that a unit cannot contain */
export function serviceFiles(options: ServiceOptions): ServiceFiles {
  const { config, dataDir, prefix, root, active } = options;
  const below = (path: string): string => (root === undefined ? path : join(root, path));
  const units = prefix === undefined ? '/etc/systemd/system' : join(prefix, 'lib/systemd/system');
  const unit = systemdUnit(options);
  return {
    unit: { path: below(join(units, UNIT_NAME)), text: certified(unit, '#') },
    config: { path: below(config), text: certified(sampleConfig(active), '//') },
    dataDir: root === undefined ? dataDir : undefined,
    root,
  };
}
