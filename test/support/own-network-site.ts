import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { NetworkSite } from './network-site.ts';
import { requires, type Requirement } from './requirements.ts';

/** The network site of one suite. */
export interface OwnNetworkSite {
  readonly dir: string;
  /** From the first `before` of the suite on. */
  readonly site: NetworkSite;
}

/** Opens a site before the tests of a suite, and closes and removes it after them. Skips the tests where there can be none. */
export function ownNetworkSite(
  more: readonly Requirement[] = [],
  beforeClose: () => void = () => undefined,
): OwnNetworkSite {
  const dir = mkdtempSync(join(tmpdir(), 'rkt-streams-net-'));
  let opened: NetworkSite | undefined;
  before(async function () {
    requires(this, 'root', 'pods', 'ip', 'cni', 'iptables', ...more);
    opened = await NetworkSite.open(dir);
  });
  after(async () => {
    beforeClose();
    await opened?.close();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    dir,
    get site() {
      if (opened === undefined) throw new Error('the site is not open yet');
      return opened;
    },
  };
}
