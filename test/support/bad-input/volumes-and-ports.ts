import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { ErrorCode } from '../../../src/index.ts';
import { buildImage } from '../images.ts';
import type { Row, Stage } from './row.ts';

/** A volume of a task that has an allocation directory. */
const volume = (
  what: string,
  code: ErrorCode,
  text: string,
  names: Row['names'],
  prepare: (alloc: string) => Promise<unknown> = () => Promise.resolve(),
): Row => ({
  what,
  code,
  names,
  act: async (stage) => {
    const allocDir = await allocDirectory(stage);
    await prepare(allocDir);
    return stage.start({ volumes: [text] }, { allocDir });
  },
});

async function allocDirectory({ dir }: Stage): Promise<string> {
  const alloc = join(dir, 'alloc');
  for (const below of ['alloc', 'bad/local', 'bad/secrets'])
    await mkdir(join(alloc, below), { recursive: true });
  return alloc;
}

const malformed = (what: string, text: string): Row =>
  volume(what, 'RKT_ERR_VOLUME', text, [`"${text}"`, 'readOnly']);

const network = (...reservedPorts: readonly { label: string; value: number }[]): object => ({
  resources: { networks: [{ reservedPorts }] },
});
const HTTP = { label: 'http', value: 8_080 };

const ports = (what: string, names: Row['names'], config: object, more: object = {}): Row => ({
  what,
  code: 'RKT_ERR_PORT_MAP',
  names: [...names, 'port names that the image has'],
  act: ({ start }) => start(config, more),
});

const resource = (what: string, place: string, value: object): Row => ({
  what,
  code: 'RKT_ERR_TASK_CONFIG',
  names: [place],
  act: ({ start }) => start({}, { resources: value }),
});

/** What is brought into a pod from outside: volumes, devices, ports, name servers. */
export const VOLUMES_AND_PORTS: readonly Row[] = [
  malformed('a volume of one part', 'data'),
  malformed('a volume of four parts', 'data:/data:readOnly:x'),
  malformed('a volume whose third part is rw', 'data:/data:rw'),
  malformed('a volume whose third part is readonly', 'data:/data:readonly'),
  malformed('a volume without a host path', ':/data'),
  malformed('a volume with a relative target', 'data:data'),
  volume('a volume with a comma', 'RKT_ERR_VOLUME', '/a,kind=empty:/data', ['/a,kind=empty', 'comma']),
  volume('a volume that leaves by ..', 'RKT_ERR_VOLUME_ESCAPE', 'data/../../x:/x', [
    'data/../../x',
    'outside of',
  ]),
  volume(
    'a volume that leaves by a link',
    'RKT_ERR_VOLUME_ESCAPE',
    'out/etc:/x',
    ['out/etc', '/etc'],
    (alloc) => symlink('/', join(alloc, 'out')),
  ),
  volume(
    'a volume through a dangling link',
    'RKT_ERR_VOLUME_ESCAPE',
    'lost/a:/x',
    ['lost/a', 'dangling'],
    (alloc) => symlink('nowhere', join(alloc, 'lost')),
  ),
  volume('a volume through a loop of links', 'RKT_ERR_VOLUME_ESCAPE', 'loop/a:/x', ['loop/a'], (alloc) =>
    symlink('loop', join(alloc, 'loop')),
  ),
  {
    what: 'a relative volume without an allocation directory',
    code: 'RKT_ERR_VOLUME',
    names: ['data:/data', 'allocation directory'],
    act: ({ start }) => start({ volumes: ['data:/data'] }),
  },
  {
    what: 'an absolute volume while volumes are disabled',
    code: 'RKT_ERR_VOLUMES_DISABLED',
    names: ['/tmp:/tmp', 'Set volumes_enabled'],
    act: async ({ driver, start }) => {
      driver.setConfig({ volumes_enabled: false });
      try {
        await start({ volumes: ['/tmp:/tmp'] });
      } finally {
        driver.setConfig({});
      }
    },
  },
  {
    what: 'an absolute volume whose source is missing',
    code: 'RKT_ERR_LAUNCH',
    names: ['/nowhere/data'],
    act: ({ start }) => start({ volumes: ['/nowhere/data:/data'] }),
  },
  {
    what: 'a task name that is a path',
    code: 'RKT_ERR_VOLUME_ESCAPE',
    names: ['../../etc'],
    act: async (stage) => stage.start({}, { name: '../../etc', allocDir: await allocDirectory(stage) }),
  },
  resource('a device with a relative path', 'task.resources.devices.0.hostPath', {
    devices: [{ hostPath: 'null', taskPath: '/dev/x' }],
  }),
  resource('a device with unknown permissions', 'task.resources.devices.0.permissions', {
    devices: [{ hostPath: '/dev/null', taskPath: '/dev/x', permissions: 'rx' }],
  }),
  {
    what: 'a device that is missing',
    code: 'RKT_ERR_LAUNCH',
    names: ['/dev/nowhere'],
    act: ({ start }) =>
      start({}, { resources: { devices: [{ hostPath: '/dev/nowhere', taskPath: '/dev/null' }] } }),
  },
  {
    what: 'a device at a place that the /dev of the host lacks',
    code: 'RKT_ERR_VOLUME',
    names: ['/dev/null', '/dev/rkt-streams-test', 'exist on the host'],
    act: ({ start }) =>
      start({}, { resources: { devices: [{ hostPath: '/dev/null', taskPath: '/dev/rkt-streams-test' }] } }),
  },
  {
    what: 'a volume at a place that the /sys of the host lacks',
    code: 'RKT_ERR_VOLUME',
    names: ['/srv', '/sys/rkt-streams-test'],
    act: ({ start }) => start({ volumes: ['/srv:/run/../sys/rkt-streams-test'] }),
  },
  resource('a port that is no port', 'task.resources.networks.0.reservedPorts.0.value', {
    networks: [{ reservedPorts: [{ label: 'http', value: 65_536 }] }],
  }),
  ports('port_map without a network', ['port_map', 'no network'], { port_map: [{ http: 'http' }] }),
  ports('a port that port_map does not name', ['"http"'], { port_map: [{ https: 'http' }] }, network(HTTP)),
  ports('a port name that no image has', ['"HTTP!"'], { port_map: [{ http: 'HTTP!' }] }, network(HTTP)),
  ports('ports without a network', ['none'], { port_map: [{ http: 'http' }], net: ['none'] }, network(HTTP)),
  {
    what: 'no network for a pod that is in that of the host',
    code: 'RKT_ERR_ISOLATION',
    names: ['net = ["none"]', 'allow_missing_isolation'],
    act: ({ start }) => start({ net: ['none'] }),
  },
  {
    what: 'a stage1 that the embedded rkt does not have',
    code: 'RKT_ERR_ISOLATION',
    names: ['stage1 = "coreos"', 'embedded'],
    act: ({ start }) => start({ stage1: 'coreos' }),
  },
  {
    what: 'ports for a pod that has no network of its own',
    code: 'RKT_ERR_NETWORK',
    names: ['fly', 'net = ["host"]'],
    act: async (stage) => {
      const app = {
        exec: ['/bin/sh'],
        user: '0',
        group: '0',
        ports: [{ name: 'http', protocol: 'tcp', port: 80 }],
      };
      const image = await buildImage(stage.dir, { name: 'test.local/web', manifest: { app } });
      const config = { image, args: ['-c', 'sleep 1000'], port_map: [{ http: 'http' }] };
      return stage.start(config, network(HTTP));
    },
  },
  {
    what: 'a name server that is a name',
    code: 'RKT_ERR_DNS',
    names: ['dns.example', 'Give IP addresses'],
    act: ({ start }) => start({ dns_servers: ['1.1.1.1', 'dns.example'] }),
  },
  {
    what: 'the name servers host and an address at once',
    code: 'RKT_ERR_DNS',
    names: ['"host"'],
    act: ({ start }) => start({ dns_servers: ['host', '1.1.1.1'] }),
  },
];
