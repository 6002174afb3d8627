import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('web-sandbox-child.ts', import.meta.url));

/** Web servers on the ports 80 and 443 for host names of the test's, in a network and a mount namespace of their own. */
export interface WebSandbox {
  /** What has to stand before a command so that it sees these servers under these names, and no other network. */
  readonly enter: readonly string[];
  /** The certificate of the authority that has signed the servers' certificate. */
  readonly authority: string;
  /** Serves a text or bytes at `HOST/PATH`, with a status and headers if need be. */
  readonly serve: (at: string, content: string | Buffer | undefined, answer?: object) => void;
  /** The requests since the last call, as `URL [AUTHORIZATION]`. */
  readonly requests: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** Opens servers for these names, with their files below `dir`. */
export async function openWebSandbox(dir: string, hosts: readonly string[]): Promise<WebSandbox> {
  const root = join(dir, 'web');
  mkdirSync(root, { recursive: true });
  const { key, cert, authority } = makeCertificate(dir, hosts);
  writeFileSync(join(dir, 'hosts'), `127.0.0.1 localhost ${hosts.join(' ')}\n`);
  const script = `ip link set lo up && mount --bind ${join(dir, 'hosts')} /etc/hosts && exec "$@"`;
  const server = [process.execPath, '--import', 'tsx', CHILD, root, key, cert];
  const holder = spawn(
    'unshare',
    ['--net', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh', ...server],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const failed = once(holder, 'exit').then(([code]) => {
    throw new Error(`the web servers ended with ${String(code)}`);
  });
  failed.catch(() => undefined);
  await Promise.race([once(holder.stdout, 'data'), failed]);
  const log = join(root, 'requests.log');
  return {
    enter: ['nsenter', `--net=/proc/${holder.pid}/ns/net`, `--mount=/proc/${holder.pid}/ns/mnt`],
    authority,
    serve(at, content, answer) {
      const file = join(root, at);
      mkdirSync(dirname(file), { recursive: true });
      if (content !== undefined) writeFileSync(file, content);
      if (answer !== undefined) writeFileSync(`${file}.answer`, JSON.stringify(answer));
    },
    requests() {
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, 'utf8').trim().split('\n');
      rmSync(log);
      return lines;
    },
    async close() {
      if (holder.exitCode === null) {
        const ended = once(holder, 'close');
        holder.kill('SIGKILL');
        await ended;
      }
    },
  };
}

/** An authority, and a certificate of it for the names. */
function makeCertificate(
  dir: string,
  hosts: readonly string[],
): { readonly key: string; readonly cert: string; readonly authority: string } {
  const at = (file: string): string => join(dir, file);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const days = ['-days', '2'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...days,
    '-subj',
    '/CN=test authority',
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
  );
  openssl('req', ...newKey, '-subj', '/CN=test', '-keyout', at('web.key'), '-out', at('web.csr'));
  writeFileSync(at('web.ext'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}\n`);
  const ca = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('web.ext')];
  openssl('x509', '-req', '-in', at('web.csr'), ...days, ...ca, '-out', at('web.pem'));
  return { key: at('web.key'), cert: at('web.pem'), authority: at('ca.pem') };
}
