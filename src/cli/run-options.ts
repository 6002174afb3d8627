import { Option, type Command } from 'commander';

import {
  collect,
  collectList,
  cores,
  count,
  cpuList,
  durationMs,
  groupIds,
  pidsLimit,
  restartPolicy,
  sizeBytes,
} from './flag-values.ts';
import { PULL_POLICIES } from './run-pull.ts';
import { withExamples } from './help-examples.ts';

/** The options and examples of `run`. */
export function addRunOptions(command: Command): void {
  [addIdentity, addProgram, addResources, addNetwork, addIsolation, addLife].forEach((add) => add(command));
  withExamples(command, [
    ['run --rm ./hello.aci', 'Run an image and leave nothing behind'],
    ['run -d --name web --net host example.com/web:1.2 --port 8080', 'A server in the background'],
    ['run -d --stage1 oci -p 8080:80 --cpus 0.5 docker://nginx', 'The same with a network of its own'],
    ['run --rm --exec /bin/sh -v ./d:/d ./tools.aci -c "ls /d"', 'Another program'],
  ]);
}

function addIdentity(command: Command): void {
  command
    .option('--id <id>', 'id of the task (default: its name and eight random digits)')
    .option('--name <name>', 'name of the task (default: the last part of the image name)')
    .option('-l, --label <name=value>', 'a label of the task, for filters of ps (repeatable)', collect)
    .option('--label-file <file>', 'file of labels, one NAME=VALUE a line (repeatable)', collect);
}

function addProgram(command: Command): void {
  command
    .addOption(
      new Option(
        '--pull <policy>',
        'whether to ask for the image before the start (default: missing); newer uses that of the store when it fails',
      ).choices(PULL_POLICIES),
    )
    .option('--exec <path>', 'run this program of the image instead of its own')
    .addOption(new Option('--entrypoint <path>', 'as --exec').hideHelp())
    .option(
      '-e, --env <name=value>',
      'an environment variable; NAME alone passes the current value (repeatable)',
      collect,
    )
    .option('--env-file <file>', 'file of environment variables, one NAME=VALUE a line (repeatable)', collect)
    .option('-w, --workdir <dir>', 'working directory of the app: an absolute path in the image')
    .option('-u, --user <user>', 'user of the app: name or number in the image')
    .option('--group <group>', 'group of the app: name or number in the image')
    .option('--group-add <gid>', 'a supplementary group of the app, by number (repeatable)', groupIds)
    .option(
      '-v, --volume <host:path[:readOnly]>',
      'mount a directory or file of the host at a path (repeatable)',
      collect,
    );
}

function addResources(command: Command): void {
  command
    .option('-m, --memory <size>', 'memory limit in bytes, or with k, m, M, G, Ki, Mi, Gi', sizeBytes)
    .option('--cpus <number>', 'CPU limit in cores: 0.5, 2', cores)
    .option('--cpu-shares <n>', 'CPU weight relative to other tasks, 2 to 262144 (default: 1024)', count)
    .option('--cpuset-cpus <list>', 'restrict the task to these cores: 0-1,3', cpuList)
    .option('--pids-limit <n>', 'maximum number of processes and threads', pidsLimit);
}

function addNetwork(command: Command): void {
  command
    .option('--net <network>', 'host, none, default or a network of rkt (repeatable)', collectList)
    .addOption(new Option('--network <network>', 'as --net').argParser(collectList).hideHelp())
    .option(
      '-p, --publish <[ip:]hostport:port>',
      'publish a port of the app on a port of the host; needs a network of its own (repeatable)',
      collect,
    )
    .option(
      '--port-map <name:port>',
      'the same for a port of the image by its name: http:8080 (repeatable)',
      collect,
    )
    .option('--hostname <name>', 'host name of the pod')
    .option('--dns <address>', 'name server, or host or none (repeatable)', collectList)
    .option('--dns-search <domain>', 'search domain (repeatable)', collectList);
}

function addIsolation(command: Command): void {
  command
    .option('--stage1 <stage1>', "what isolates the pod: fly, oci, or a stage1 image of rkt's")
    .option('--read-only', 'mount the root of the app read-only')
    .option(
      '--cap-add <name>',
      'add a capability to the default ones: NET_ADMIN, ALL (repeatable)',
      collectList,
    )
    .option('--cap-drop <name>', 'remove a capability: NET_RAW, ALL (repeatable)', collectList)
    .option('--seccomp <filter>', 'system calls, as rkt writes them: mode=retain,errno=EPERM,read,write')
    .option('--insecure-options <list>', "rkt's checks to disable: image, tls, … (default: all)", collectList)
    .option('--trust-prefix <prefix>', 'trust the keys of this prefix and verify the image')
    .option('--no-overlay', 'copy the image instead of mounting an overlay')
    .option('--debug', 'have rkt print what it does');
}

function addLife(command: Command): void {
  command
    .option('-i, --interactive', 'connect standard input with the app')
    .option('-t, --tty', 'give the app a terminal')
    .option('-d, --detach', 'print the id and leave the task running')
    .option('--rm', 'remove the task when it has exited')
    .option(
      '--restart <policy>',
      'start it again when it has exited: no, on-failure[:N], always or unless-stopped; with --detach by the agent',
      restartPolicy,
    )
    .option(
      '--stop-timeout <duration>',
      'time from an interrupt to SIGKILL, in seconds (default: 5)',
      durationMs('s'),
    );
}
