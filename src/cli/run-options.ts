import type { Command } from 'commander';

import { withExamples } from './help-examples.ts';
import { collect, collectList, count, cpuList, durationMs, sizeBytes } from './flag-values.ts';

/** The options and examples of `run`. */
export function addRunOptions(command: Command): void {
  command
    .option('--id <id>', 'id of the task (default: its name and eight random digits)')
    .option('--name <name>', 'name of the task (default: the last part of the image name)')
    .option('--exec <path>', 'run this program of the image instead of its own')
    .option(
      '-e, --env <name=value>',
      'an environment variable; NAME alone passes the current value (repeatable)',
      collect,
    )
    .option('--env-file <file>', 'file of environment variables, one NAME=VALUE a line (repeatable)', collect)
    .option('-u, --user <user>', 'user of the app: name or number in the image')
    .option('--group <group>', 'group of the app: name or number in the image')
    .option(
      '-v, --volume <host:path[:readOnly]>',
      'mount a directory or file of the host at a path (repeatable)',
      collect,
    )
    .option('-m, --memory <size>', 'memory limit in bytes, or with k, M, G, Ki, Mi, Gi', sizeBytes)
    .option('--cpu-shares <n>', 'CPU weight relative to other tasks, 2 to 262144 (default: 1024)', count)
    .option('--cpuset-cpus <list>', 'restrict the task to these cores: 0-1,3', cpuList)
    .option('--net <network>', 'host, none, default or a network of rkt (repeatable)', collectList)
    .option('--dns <address>', 'name server, or host or none (repeatable)', collectList)
    .option('--dns-search <domain>', 'search domain (repeatable)', collectList)
    .option(
      '--port-map <name:port>',
      'publish a port of the image on a port of the host: http:8080 (repeatable)',
      collect,
    )
    .option('--insecure-options <list>', "rkt's checks to disable: image, tls, … (default: all)", collectList)
    .option('--trust-prefix <prefix>', 'trust the keys of this prefix and verify the image')
    .option('--no-overlay', 'copy the image instead of mounting an overlay')
    .option('-d, --detach', 'print the id and leave the task running')
    .option('--rm', 'remove the task when it has exited')
    .option(
      '--stop-timeout <duration>',
      'time from an interrupt to SIGKILL, in seconds (default: 5)',
      durationMs('s'),
    );
  withExamples(command, [
    ['run --rm ./hello.aci', 'Run an image and leave nothing behind'],
    [
      'run -d --name web --memory 64M --net host example.com/web:1.2 -- --port 8080',
      'Run a server in the background',
    ],
    [
      'run --rm --exec /bin/sh -v ./data:/data:readOnly ./tools.aci -- -c "ls /data"',
      'Another program, with files',
    ],
  ]);
}
