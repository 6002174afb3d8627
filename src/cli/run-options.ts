import type { Command } from 'commander';

import { withExamples } from './help.ts';
import { collect, collectList, count, cpuList, durationMs, sizeBytes } from './values.ts';

/** The options and examples of `run`. */
export function addRunOptions(command: Command): void {
  command
    .option('--id <id>', 'id of the task (default: its name and eight random digits)')
    .option('--name <name>', 'name of the task (default: the last part of the image name)')
    .option('--exec <path>', 'run this program of the image instead of its own')
    .option(
      '-e, --env <name=value>',
      'a variable; only NAME takes the value it has here (repeatable)',
      collect,
    )
    .option('--env-file <file>', 'variables, one NAME=VALUE a line (repeatable)', collect)
    .option('-u, --user <user>', 'user of the app: name or number in the image')
    .option('--group <group>', 'group of the app: name or number in the image')
    .option(
      '-v, --volume <host:path[:readOnly]>',
      'directory or file of the host at a path (repeatable)',
      collect,
    )
    .option('-m, --memory <size>', 'memory limit in bytes, or with k, M, G, Ki, Mi, Gi', sizeBytes)
    .option('--cpu-shares <n>', 'weight against other tasks, 2 to 262144; 1024 is usual', count)
    .option('--cpuset-cpus <list>', 'run on these cores alone: 0-1,3', cpuList)
    .option('--net <network>', 'host, none, default or a network of rkt (repeatable)', collectList)
    .option('--dns <address>', 'name server, or host or none (repeatable)', collectList)
    .option('--dns-search <domain>', 'search domain (repeatable)', collectList)
    .option(
      '--port-map <name:port>',
      'port of the image at a port of the host: http:8080 (repeatable)',
      collect,
    )
    .option(
      '--insecure-options <list>',
      "rkt's checks to leave out: image, tls, … (default: all)",
      collectList,
    )
    .option('--trust-prefix <prefix>', 'fetch and trust the keys of this prefix, and verify the image')
    .option('--no-overlay', 'copy the image instead of laying an overlay over it')
    .option('-d, --detach', 'print the id and leave the task running')
    .option('--rm', 'remove the task with all it left when it has ended')
    .option(
      '--stop-timeout <duration>',
      'time from an interrupt to SIGKILL, in seconds (default: 5)',
      durationMs('s'),
    );
  withExamples(command, [
    ['run --rm ./hello.aci', 'Run an image and leave nothing behind'],
    [
      'run -d --name web --memory 64M --net host example.com/web:1.2 -- --port 8080',
      'Leave a server running',
    ],
    [
      'run --rm --exec /bin/sh -v ./data:/data:readOnly ./tools.aci -- -c "ls /data"',
      'Another program, with files',
    ],
  ]);
}
