import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FETCH = fileURLToPath(new URL('fetch-child.js', import.meta.url));

/**
 * A bridge in a network namespace, and a namespace for each host with an address on it. All of them, and their names below /run,
 * end with the namespaces of the first process.
 */
const SCRIPT = `
mount -t tmpfs tmpfs /run
ip link set lo up
ip link add bridge type bridge
ip addr add 10.98.0.1/24 dev bridge
ip link set bridge up
index=0
while [ "$index" -lt "$1" ]; do
  ip netns add "host-$index"
  ip link add "host-$index" type veth peer name eth0 netns "host-$index"
  ip link set "host-$index" master bridge up
  ip -n "host-$index" -batch - <<BATCH
link set lo up
addr add 10.98.0.$((index + 10))/24 dev eth0
link set eth0 up
BATCH
  index=$((index + 1))
done
echo ready
exec cat`;

export interface Fetched {
  readonly status: number;
  readonly text: string;
}

/** Hosts with addresses of their own, and the network that they share. */
export interface ClusterNetwork {
  addressOf(index: number): string;
  /** What has to stand before a command of the operator's machine, or of a host. */
  enter(index?: number): readonly string[];
  /** Fetches from the operator's machine. */
  readonly fetch: (url: string, headers?: Readonly<Record<string, string>>) => Promise<Fetched>;
  /** What was started in it has to have ended. */
  close(): Promise<void>;
}

export async function openClusterNetwork(hosts: number): Promise<ClusterNetwork> {
  const holder = spawn(
    'unshare',
    ['--net', '--mount', '--propagation', 'private', 'sh', '-ec', SCRIPT, 'sh', String(hosts)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(holder, 'close');
  if (String((await Promise.race([once(holder.stdout, 'data'), ended]))[0]) !== 'ready\n')
    throw new Error('there is no network');
  const own = `/proc/${holder.pid}/ns`;
  const operator = ['nsenter', `--net=${own}/net`, `--mount=${own}/mnt`];
  const enter = (index?: number): readonly string[] =>
    index === undefined ? operator : [...operator, 'nsenter', `--net=/run/netns/host-${index}`];
  const [program = '', ...words] = operator;
  const fetcher = spawn(program, [...words, process.execPath, FETCH], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return {
    addressOf: (index) => `10.98.0.${index + 10}`,
    enter,
    fetch: fetchThrough(fetcher),
    async close() {
      const gone = once(fetcher, 'exit');
      fetcher.disconnect();
      await gone;
      holder.stdin.end();
      await ended;
    },
  };
}

interface Reply {
  readonly id: number;
  readonly status: number;
  readonly text: string;
  readonly error?: string;
}

function fetchThrough(child: ChildProcess): ClusterNetwork['fetch'] {
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  return async (url, headers = {}) => {
    const id = (last += 1);
    const replied = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    child.send({ id, url, headers });
    const { status, text, error } = await replied;
    if (error !== undefined) throw new Error(`${url}: ${error}`);
    return { status, text };
  };
}
