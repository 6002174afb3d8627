import type { OciMount } from './runtime-config-types.ts';

/** Where the init process of a pod is seen in it. */
export const INIT_IN_POD = '/dev/.rkt-init';

/** The devices of an app: nodes of the host, each mounted by itself. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** What the mounts of an app depend on. */
export interface AppMounts {
  /** The init of the app, on the host. */
  readonly init?: string | undefined;
  /** The directory that all apps of the pod have as /dev/shm; absent for one of its own. */
  readonly sharedMemory?: string;
  /** The runtime mounts the devices, and fails where they are mounted already. */
  readonly hasDevices?: boolean;
  /** The pod has no group but that of its root. */
  readonly isUnprivileged?: boolean;
  /** A /sys that is mounted already, that of the host with all that is mounted below it, or a new one. */
  readonly system?: string;
}

/** Without root only the whole of the host's /sys can be mounted where the network is the host's. Its cgroups are covered. */
const HOST_SYSTEM: readonly OciMount[] = [
  {
    ...{ destination: '/sys', type: 'bind', source: '/sys' },
    options: ['rbind', 'rnosuid', 'rnoexec', 'rnodev', 'rro'],
  },
  {
    ...{ destination: '/sys/fs/cgroup', type: 'tmpfs', source: 'tmpfs' },
    options: ['nosuid', 'noexec', 'nodev', 'ro', 'size=0'],
  },
];

function systemMount(source: string | undefined): OciMount {
  const options = ['nosuid', 'noexec', 'nodev', 'ro'];
  return source === undefined
    ? { destination: '/sys', type: 'sysfs', source: 'sysfs', options }
    : { destination: '/sys', type: 'bind', source, options: ['bind', ...options] };
}

/** The mounts of every app. Its volumes come after them. */
export function podMounts(order: AppMounts): readonly OciMount[] {
  const { init, sharedMemory, system, hasDevices, isUnprivileged } = order;
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    // `nodev`: a node that an app makes itself cannot be opened. Those of the list below are mounts of their own.
    {
      ...{ destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
      options: ['nosuid', 'nodev', 'noexec', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      ...{ destination: '/dev/pts', type: 'devpts', source: 'devpts' },
      options: [
        'nosuid',
        'noexec',
        'newinstance',
        'ptmxmode=0666',
        'mode=0620',
        ...(isUnprivileged === true ? [] : ['gid=5']),
      ],
    },
    sharedMemory === undefined
      ? {
          ...{ destination: '/dev/shm', type: 'tmpfs', source: 'shm' },
          options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
        }
      : {
          ...{ destination: '/dev/shm', type: 'bind', source: sharedMemory },
          options: ['bind', 'nosuid', 'noexec', 'nodev'],
        },
    {
      ...{ destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue' },
      options: ['nosuid', 'noexec', 'nodev'],
    },
    ...(system === 'host' ? HOST_SYSTEM : [systemMount(system)]),
    ...(hasDevices === true ? [] : DEVICES).map((name) => ({
      ...{ destination: `/dev/${name}`, type: 'bind', source: `/dev/${name}` },
      options: ['bind', 'nosuid', 'noexec'],
    })),
    ...(init === undefined
      ? []
      : [
          {
            ...{ destination: INIT_IN_POD, type: 'bind', source: init },
            options: ['bind', 'ro', 'nosuid', 'nodev'],
          },
        ]),
  ];
}

/** A volume of an app, at its place in the host. */
export interface VolumeMount {
  readonly source: string;
  readonly destination: string;
  readonly readOnly: boolean;
  readonly recursive: boolean;
  /** The volume is a device, or lies in the host's /dev: what its operator gives the app on purpose. */
  readonly hasDevices: boolean;
}

export function volumeMount(volume: VolumeMount): OciMount {
  const { recursive } = volume;
  const each = (option: string): string => (recursive ? `r${option}` : option);
  return {
    ...{ destination: volume.destination, type: 'bind', source: volume.source },
    options: [
      recursive ? 'rbind' : 'bind',
      ...(volume.readOnly ? [each('ro')] : []),
      ...(volume.hasDevices ? [] : [each('nodev')]),
    ],
  };
}
