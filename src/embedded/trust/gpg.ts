import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RktFailure } from '../embedded-context.ts';

/** A public key as gpg describes it. */
export interface KeyFacts {
  /** 40 hex digits, upper case. */
  readonly fingerprint: string;
  readonly userIds: readonly string[];
}

/** Outcome of a signature check. */
export type SignatureCheck =
  | { readonly good: true; readonly userIds: readonly string[] }
  | { readonly good: false; readonly reason: string };

interface GpgResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs gpg in a home of its own, so that the user's keys play no part. @throws RktFailure when there is no gpg */
async function gpg(home: string, args: readonly string[]): Promise<GpgResult> {
  const all = ['--batch', '--no-tty', '--no-autostart', '--homedir', home, '--status-fd', '1', ...args];
  return new Promise((resolve, reject) => {
    execFile(
      'gpg',
      all,
      { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
      (error, stdout, stderr) => {
        if (error !== null && error.code === 'ENOENT') {
          reject(new RktFailure('cannot check signatures: the gpg program is not installed'));
        } else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

async function withHome<T>(use: (home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'rkt-gpg-'));
  try {
    return await use(home);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Fingerprint and user ids of the key in a file. @throws RktFailure when it holds none */
export async function readKey(path: string): Promise<KeyFacts> {
  return withHome(async (home) => {
    const { stdout } = await gpg(home, ['--with-colons', '--show-keys', '--', path]);
    const fields = stdout.split('\n').map((line) => line.split(':'));
    const fingerprint = fields.find(([kind]) => kind === 'fpr')?.[9];
    if (fingerprint === undefined || !/^[0-9A-F]{40}$/.test(fingerprint)) {
      throw new RktFailure('error reading key', ['openpgp: invalid data: no armored data found']);
    }
    return { fingerprint, userIds: fields.filter(([kind]) => kind === 'uid').map((uid) => uid[9] ?? '') };
  });
}

/** Checks a detached signature against the given public keys. */
export async function verify(
  file: string,
  signature: string,
  keys: readonly Buffer[],
): Promise<SignatureCheck> {
  return withHome(async (home) => {
    for (const [i, key] of keys.entries()) {
      const path = join(home, `trusted-${i}`);
      writeFileSync(path, key);
      await gpg(home, ['--import', '--', path]);
    }
    const { exitCode, stdout } = await gpg(home, ['--verify', '--', signature, file]);
    const status = stdout.split('\n').filter((line) => line.startsWith('[GNUPG:] '));
    const has = (word: string): boolean => status.some((line) => line.startsWith(`[GNUPG:] ${word} `));
    if (exitCode === 0 && has('VALIDSIG')) return { good: true, userIds: signers(status) };
    return { good: false, reason: failureReason(has) };
  });
}

function signers(status: readonly string[]): string[] {
  return status.flatMap((line) => /^\[GNUPG:\] GOODSIG \S+ (.*)$/.exec(line)?.slice(1) ?? []);
}

function failureReason(has: (word: string) => boolean): string {
  if (has('BADSIG')) return "openpgp: invalid signature: hash tag doesn't match";
  if (has('EXPKEYSIG') || has('REVKEYSIG') || has('EXPSIG'))
    return 'openpgp: signature or its key has expired or was revoked';
  if (has('NODATA')) return 'EOF';
  return 'openpgp: signature made by unknown entity';
}
