import { unitWord } from './unit-word.ts';

/** The name of the unit. */
export const UNIT_NAME = 'rkt-streams-agent.service';

/** What the unit of an agent depends on. */
export interface UnitOptions {
  /** The words of the command before `agent`; the first is an absolute path. */
  readonly program: readonly string[];
  /** The absolute path of the config file. */
  readonly config: string;
  readonly dataDir: string;
  readonly rktDir: string;
}

/** systemd creates and owns only directories below this one. */
const STATE_ROOT = '/var/lib/';

/**
 * The systemd unit of an agent. docs/operations.md explains each line, and why there are no others: what a unit restricts is
 * inherited by the pods that the service starts.
 */
export function systemdUnit({ program, config, dataDir, rktDir }: UnitOptions): string {
  const state = dataDir.startsWith(STATE_ROOT)
    ? `StateDirectory=${unitWord(dataDir.slice(STATE_ROOT.length))}\nStateDirectoryMode=0700\n`
    : '';
  return `[Unit]
Description=Agent of rkt-streams: API, metrics and dashboard of the tasks of rkt
Documentation=man:rkt-streams(1)
Wants=network-online.target
After=network-online.target
RequiresMountsFor=${unitWord(dataDir)} ${unitWord(rktDir)}
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart=${program.map(unitWord).join(' ')} agent --config ${unitWord(config)}
ExecReload=/bin/kill -HUP $MAINPID
TimeoutStartSec=300
TimeoutStopSec=20
WatchdogSec=30
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2

# Pods outlive the agent: only its own process is stopped, and the memory limit of a pod does not stop it.
KillMode=process
OOMPolicy=continue
Delegate=yes

# The resources of the agent and of the processes beside its pods.
OOMScoreAdjust=-500
TasksMax=infinity
LimitNOFILE=65536
LimitNPROC=infinity

# Files of the agent are readable for root only.
UMask=0077
${state}
# A pod inherits every mount namespace, capability limit and system call filter of this unit, and would end with a private
# mount. Do not add Protect*=, Private*=, Restrict*=, NoNewPrivileges= or CapabilityBoundingSet= here; isolate pods instead.

[Install]
WantedBy=multi-user.target
`;
}
