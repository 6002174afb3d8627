import type { CommandEntry } from './command-shape.ts';

/** Every command of the embedded rkt, in the order of the help. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'cat-manifest',
    summary: 'Inspect and print the pod manifest',
    load: async () => (await import('../commands/embedded-cat-manifest.ts')).command,
  },
  {
    name: 'config',
    summary: 'Print configuration for each stage in JSON format',
    load: async () => (await import('../rkt-configuration.ts')).command,
  },
  {
    name: 'enter',
    summary: 'Enter the namespaces of an app within a rkt pod',
    load: async () => (await import('../commands/embedded-enter.ts')).command,
  },
  {
    name: 'export',
    summary: 'Export an app from an exited pod to an ACI file',
    load: async () => (await import('../commands/embedded-export.ts')).command,
  },
  {
    name: 'fetch',
    summary: 'Fetch image(s) and store them in the local store',
    load: async () => (await import('../commands/embedded-fetch.ts')).command,
  },
  {
    name: 'gc',
    summary: 'Garbage collect rkt pods no longer in use',
    load: async () => (await import('../commands/embedded-gc.ts')).command,
  },
  {
    name: 'image cat-manifest',
    summary: 'Inspect and print the image manifest',
    load: async () => (await import('../commands/embedded-image-cat-manifest.ts')).command,
  },
  {
    name: 'image export',
    summary: 'Export a stored image to an ACI file',
    load: async () => (await import('../commands/embedded-image-export.ts')).command,
  },
  {
    name: 'image extract',
    summary: 'Extract a stored image to a directory',
    load: async () => (await import('../commands/embedded-image-extract.ts')).command,
  },
  {
    name: 'image gc',
    summary: 'Garbage collect local store',
    load: async () => (await import('../commands/embedded-image-gc.ts')).command,
  },
  {
    name: 'image list',
    summary: 'List images in the local store',
    load: async () => (await import('../commands/embedded-image-list.ts')).command,
  },
  {
    name: 'image render',
    summary: 'Render a stored image to a directory with all its dependencies',
    load: async () => (await import('../commands/embedded-image-render.ts')).command,
  },
  {
    name: 'image rm',
    summary: 'Remove one or more images with the given IDs or image names from the local store',
    load: async () => (await import('../commands/embedded-image-rm.ts')).command,
  },
  {
    name: 'image verify',
    summary: 'Verify one or more rendered images in the local store',
    load: async () => (await import('../commands/embedded-image-verify.ts')).command,
  },
  {
    name: 'list',
    summary: 'List pods',
    load: async () => (await import('../commands/embedded-list.ts')).command,
  },
  {
    name: 'prepare',
    summary: 'Prepare to run image(s) in a pod in rkt',
    load: async () => (await import('../commands/embedded-prepare.ts')).command,
  },
  {
    name: 'rm',
    summary: 'Remove all files and resources associated with an exited pod',
    load: async () => (await import('../commands/embedded-rm.ts')).command,
  },
  {
    name: 'run',
    summary: 'Run image(s) in a pod in rkt',
    load: async () => (await import('../commands/embedded-run.ts')).command,
  },
  {
    name: 'run-prepared',
    summary: 'Run a prepared application pod in rkt',
    load: async () => (await import('../commands/embedded-run-prepared.ts')).command,
  },
  {
    name: 'status',
    summary: 'Check the status of a rkt pod',
    load: async () => (await import('../commands/embedded-status.ts')).command,
  },
  {
    name: 'stop',
    summary: 'Stop a pod',
    load: async () => (await import('../commands/embedded-stop.ts')).command,
  },
  {
    name: 'trust',
    summary: 'Trust a key for image verification',
    load: async () => (await import('../commands/embedded-trust.ts')).command,
  },
  {
    name: 'version',
    summary: 'Print the version and exit',
    load: async () => (await import('../commands/embedded-version.ts')).command,
  },
];

/** Commands that pods, the driver and `rkt-streams doctor` call, and no help names. */
export const innerCommands: readonly CommandEntry[] = [
  {
    name: 'doctor',
    summary: 'Print what pods need of this machine, and what works',
    load: async () => (await import('../commands/embedded-doctor.ts')).command,
  },
  {
    name: 'net-attach',
    summary: 'Attach the network namespace of a pod to its networks',
    load: async () => (await import('../commands/embedded-net-attach.ts')).command,
  },
  {
    name: 'net-detach',
    summary: 'Detach a pod from its networks',
    load: async () => (await import('../commands/embedded-net-detach.ts')).command,
  },
];

/** Commands of rkt that the embedded one does not have: named so that it can say so. */
export const missingCommands: readonly string[] = ['api-service', 'completion', 'metadata-service'];
