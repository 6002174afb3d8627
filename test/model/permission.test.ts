import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'chai';

import { RktError } from '../../src/model/rkt-error.ts';
import { permissionError } from '../../src/model/permission.ts';
import { requires } from '../support/requirements.ts';

const NOBODY = 65534;
const UNNAMED = 3_000_000_000;

/** The error of `call` as another user makes it, explained as that user. */
function asUser(uid: number, call: () => unknown, path?: string): RktError | undefined {
  process.seteuid?.(uid);
  try {
    call();
    return undefined;
  } catch (error) {
    return permissionError(error, 'Could not do it', path);
  } finally {
    process.seteuid?.(0);
  }
}

describe('permissionError', () => {
  let dir = '';

  before(function () {
    requires(this, 'root');
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rkt-streams-rights-'));
    chmodSync(dir, 0o755);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const file = (mode: number, owner = 0, group = 0): string => {
    const path = join(dir, 'file');
    writeFileSync(path, 'x');
    chmodSync(path, mode);
    chownSync(path, owner, group);
    return path;
  };

  it('names the file, its owner and mode, and root', () => {
    const path = file(0o600);
    const error = asUser(NOBODY, () => readFileSync(path));
    expect(error?.code).to.equal('RKT_ERR_PERMISSION');
    expect(error?.what).to.equal(
      `Could not do it: user nobody may not access ${path} (owner root, group root, mode 0600); only root may`,
    );
  });

  it('names the owner beside root, and the group where it has the same rights', () => {
    const path = file(0o660, 1, 2);
    expect(asUser(NOBODY, () => readFileSync(path))?.what).to.match(
      /\(owner daemon, group bin, mode 0660\); only root and user daemon and members of group bin may$/,
    );
  });

  it('has numbers for whom the machine has no name', () => {
    const path = file(0o600, UNNAMED, UNNAMED);
    expect(asUser(NOBODY, () => readFileSync(path))?.what).to.contain(
      `(owner ${UNNAMED}, group ${UNNAMED}, mode 0600); only root and user ${UNNAMED} may`,
    );
  });

  it('names the directory that is in the way, not what lies below it', () => {
    mkdirSync(join(dir, 'closed/state'), { recursive: true });
    chmodSync(join(dir, 'closed'), 0o700);
    const what = asUser(NOBODY, () => readFileSync(join(dir, 'closed/state/x.json')))?.what;
    expect(what).to.contain(`may not access ${join(dir, 'closed')} (`);
  });

  it('names the directory in which something may not be made or removed', () => {
    const path = file(0o666);
    for (const call of [() => mkdirSync(join(dir, 'new')), () => unlinkSync(path)]) {
      expect(asUser(NOBODY, call)?.what).to.contain(
        `may not access ${dir} (owner root, group root, mode 0755)`,
      );
    }
  });

  it('takes the path from the caller where the error has none', () => {
    const refused = Object.assign(new Error('connect EACCES'), { code: 'EACCES', syscall: 'connect' });
    const path = file(0o600);
    const call = (): never => {
      throw refused;
    };
    expect(asUser(NOBODY, call, path)?.what).to.contain(path);
    expect(asUser(NOBODY, call)).to.equal(undefined);
  });

  it('leaves other errors, and those of root, to others', () => {
    expect(asUser(NOBODY, () => readFileSync(join(dir, 'missing')))).to.equal(undefined);
    const denied = Object.assign(new Error('open EACCES'), { code: 'EACCES', path: dir });
    expect(permissionError(denied, 'Could not do it')).to.equal(undefined);
    expect(permissionError('EACCES', 'Could not do it', dir)).to.equal(undefined);
  });
});
