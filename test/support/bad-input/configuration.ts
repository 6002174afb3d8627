import { createDriver, type DriverOptions } from '../../../src/index.ts';
import type { Row } from './row.ts';

const option = (name: string, value: unknown, says: string): Row => ({
  what: `the option ${name} = ${JSON.stringify(value)}`,
  code: 'RKT_ERR_OPTIONS',
  names: [name, JSON.stringify(value), says, 'Correct the named option'],
  act: () => createDriver({ [name]: value }),
});

const driverConfig = (what: string, names: Row['names'], config: unknown, agent?: unknown): Row => ({
  what,
  code: 'RKT_ERR_DRIVER_CONFIG',
  names: [...names, 'docs/task-config.md'],
  act: ({ driver }) => driver.setConfig(config, agent),
});

const attribute = (
  name: string,
  value: unknown,
  place = `task.config.${name}`,
  shown: unknown = value,
): Row => ({
  what: `the attribute ${name} = ${JSON.stringify(value)}`,
  code: 'RKT_ERR_TASK_CONFIG',
  names: [place, shown instanceof RegExp ? shown : JSON.stringify(shown), 'docs/task-config.md'],
  act: ({ start }) => start({ [name]: value }),
});

const member = (name: string, value: unknown, place = `task.${name}`, shown: unknown = value): Row => ({
  what: `a task with ${name} = ${JSON.stringify(value)}`,
  code: 'RKT_ERR_TASK_CONFIG',
  names: [place, shown instanceof RegExp ? shown : JSON.stringify(shown)],
  act: ({ start }) => start({}, { [name]: value }),
});

const resources = (name: string, value: number | string): Row =>
  member('resources', { [name]: value }, `task.resources.${name}`, value);

/** Driver options, driver configuration, task configuration and resources. */
export const CONFIGURATION: readonly Row[] = [
  option('dataDir', 'relative/path', 'absolute'),
  option('rktDir', '/a\0b', 'NUL byte'),
  option('cgroupParent', '../escape', '..'),
  option('cgroupParent', '/', 'directory'),
  option('rkt', '', '>=1'),
  option('rktConcurrency', 0, '>=1'),
  option('rktTimeoutMs', 2 ** 31, '<=2147483647'),
  option('killTimeoutMs', 'soon', 'number'),
  {
    what: 'an option that there is not',
    code: 'RKT_ERR_OPTIONS',
    names: ['colour'],
    act: () => createDriver({ colour: 'red' } as DriverOptions),
  },

  driverConfig('volumes_enabled = "yes"', ['config.volumes_enabled', '"yes"'], { volumes_enabled: 'yes' }),
  driverConfig('an unknown driver attribute', ['colour', 'known are volumes_enabled', 'gc'], {
    colour: 'red',
  }),
  driverConfig('an unknown attribute of gc', ['config.gc', 'pods', 'known are pod, image, image_delay'], {
    gc: { pods: true },
  }),
  driverConfig('stats_interval = "soon"', ['config.stats_interval', '"soon"', '500ms'], {
    stats_interval: 'soon',
  }),
  driverConfig('data_dir = "relative"', ['config.data_dir', 'absolute'], { data_dir: 'relative' }),
  driverConfig('concurrency = 0', ['config.concurrency', '0'], { concurrency: 0 }),
  driverConfig('stage1 = "./fly.aci"', ['config.stage1', 'absolute'], { stage1: './fly.aci' }),
  driverConfig('a driver configuration that is a list', ['config', 'a list of 0'], []),
  driverConfig('an agent with port 70000', ['agent.clientMaxPort', '70000'], {}, { clientMaxPort: 70_000 }),

  attribute('image', ''),
  attribute('image', '--dir=/', 'dash'),
  attribute('command', 7),
  // The words of args may be secret.
  attribute('args', 'not a list', 'task.config.args', /got a string/),
  attribute('args', ['a', ''], 'args', ''),
  attribute('args', ['---'], 'args', '---'),
  attribute('trust_prefix', false),
  attribute('insecure_options', [''], 'task.config.insecure_options.0', ''),
  attribute('dns_servers', '8.8.8.8'),
  attribute('dns_search_domains', [1], 'task.config.dns_search_domains.0', 1),
  attribute('net', [''], 'task.config.net.0', ''),
  attribute('port_map', 'http'),
  attribute('volumes', { a: 'b' }, 'task.config.volumes', /an object with a\b/),
  attribute('no_overlay', 'true'),
  attribute('debug', 1),
  attribute('group', 0),
  attribute('stage1', 'images/fly.aci'),
  attribute('readonly_rootfs', 'yes'),
  attribute('cap_retain', ['net_admin'], 'task.config.cap_retain.0', 'net_admin'),
  attribute('cap_remove', [], 'task.config.cap_remove', /a list of 0/),
  attribute('seccomp', 'chmod'),
  attribute('hostname', '-a'),
  attribute('working_dir', 'srv'),
  attribute('supplementary_groups', ['1'], 'task.config.supplementary_groups.0', '1'),
  {
    what: 'capabilities to retain and to remove',
    code: 'RKT_ERR_TASK_CONFIG',
    names: ['task.config.cap_retain', 'cap_remove'],
    act: ({ start }) => start({ cap_retain: ['CAP_KILL'], cap_remove: ['CAP_CHOWN'] }),
  },
  attribute('colour', 'red', 'task.config', 'colour'),
  {
    what: 'a search domain with a zero byte',
    code: 'RKT_ERR_TASK_CONFIG',
    names: ['NUL byte', String.raw`a\u0000b`],
    act: ({ start }) => start({ dns_search_domains: ['a\0b'] }),
  },
  {
    what: 'no task at all',
    code: 'RKT_ERR_TASK_CONFIG',
    names: ['task', 'nothing'],
    act: ({ driver }) => driver.startTask(undefined as never),
  },

  member('env', { '1A': 'b' }, 'task.env.1A', /is not a variable name \(got a string\)/),
  member('allocDir', 'relative'),
  member('colour', 'red', 'task', 'colour'),
  member('user', ''),
  resources('memoryLimitBytes', 100),
  resources('memoryLimitBytes', -1),
  resources('memoryLimitBytes', 2 ** 60),
  resources('memoryLimitBytes', 65_536.5),
  resources('cpuShares', 1),
  resources('cpuShares', 1e9),
  resources('memoryReservationBytes', 100),
  resources('cpuQuotaUs', 0),
  resources('cpuPeriodUs', 100_000),
  resources('cpusetCpus', ''),
  resources('cpusetCpus', '1-0'),
  resources('cpusetCpus', 'all'),
  resources('cpusetCpus', '0,8000'),
  resources('cpusetMems', '9-'),
  resources('cpusetMems', '900'),
];
