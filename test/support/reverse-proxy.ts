import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import { HOST_CERT, HOST_KEY } from './host-certificate.ts';
import { hostProgram } from './host-program.ts';
import { until } from './until.ts';

/** A reverse proxy with the configuration of the examples, on a free port. */
export interface ReverseProxy {
  /** Of localhost, with HTTPS. */
  readonly origin: string;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** For all files of the proxy. */
  readonly directory: string;
  readonly agentPort: number;
  readonly readToken: string;
}

/** Of the user alice. */
export const PASSWORD = 'for-alice';
/** As `caddy hash-password` prints it, but with bcrypt's lowest cost: each request computes it. */
const PASSWORD_HASH = 'JDJiJDA0JGFiY2RlZmdoaWprbG1ub3BxcnN0dXVwd0w4M21pQVcydVZHSjhiMlVLblk1dmhZdC9NN2th';

/** Only what depends on the machine is replaced in the example: addresses and paths. */
export async function startNginx(options: ProxyOptions): Promise<ReverseProxy> {
  const { directory, readToken } = options;
  const port = await freePort();
  await writeFile(join(directory, 'htpasswd'), `alice:{PLAIN}${PASSWORD}\n`);
  await writeFile(
    join(directory, 'nginx-token.conf'),
    `proxy_set_header Authorization "Bearer ${readToken}";\n`,
  );
  const site = (await exampleOf('nginx/rkt-streams.conf', options)).replace(
    'listen 443 ssl',
    `listen 127.0.0.1:${port} ssl`,
  );
  await writeFile(join(directory, 'site.conf'), site);
  const main = join(directory, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  await writeFile(
    main,
    `user root; daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log stderr;
events {}
http { access_log off; ${temporary.join(' ')} include ${directory}/site.conf; }\n`,
  );
  return run('nginx', ['-e', 'stderr', '-p', directory, '-c', main], port, {});
}

/** The same for Caddy. */
export async function startCaddy(options: ProxyOptions): Promise<ReverseProxy> {
  const { directory, readToken } = options;
  const port = await freePort();
  const site = (await exampleOf('caddy/Caddyfile', options)).replace(
    'rkt.example.com {',
    `https://localhost:${port} {`,
  );
  const file = join(directory, 'Caddyfile');
  await writeFile(
    file,
    `{\n\tadmin off\n\tauto_https disable_redirects\n\tgrace_period 200ms\n\tdefault_bind 127.0.0.1\n}\n${site}`,
  );
  await mkdir(join(directory, 'home'));
  return run('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], port, {
    ...{ HOME: join(directory, 'home'), XDG_DATA_HOME: join(directory, 'home') },
    ...{ XDG_CONFIG_HOME: join(directory, 'home') },
    ...{ RKT_STREAMS_READ_TOKEN: readToken, RKT_STREAMS_READERS_HASH: PASSWORD_HASH },
  });
}

async function exampleOf(name: string, { directory, agentPort }: ProxyOptions): Promise<string> {
  await writeFile(join(directory, 'cert.pem'), HOST_CERT);
  await writeFile(join(directory, 'key.pem'), HOST_KEY, { mode: 0o600 });
  return readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8')
    .replaceAll('/etc/rkt-streams', directory)
    .replaceAll('127.0.0.1:9477', `127.0.0.1:${agentPort}`);
}

async function run(
  name: string,
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<ReverseProxy> {
  const child = spawn(hostProgram(name) ?? name, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const closed = once(child, 'close');
  const origin = `https://localhost:${port}`;
  await until(`${name} listens`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} has ended: ${output}`);
    return isListening(port);
  });
  return {
    origin,
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
