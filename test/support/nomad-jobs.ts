/** One job of one task of the driver, in HCL. */
export interface JobOptions {
  readonly name: string;
  readonly type: 'service' | 'batch';
  readonly image: string;
  /** For the shell of the image. Nomad replaces `${…}` in it. */
  readonly script: string;
  /** More lines of the `config` block, of the task, and of the group. */
  readonly config?: string;
  readonly task?: string;
  readonly group?: string;
}

export function jobText({ name, type, image, script, ...more }: JobOptions): string {
  return `
job "${name}" {
  datacenters = ["dc1"]
  type        = "${type}"
  group "g" {
    ${more.group ?? ''}
    reschedule {
      attempts  = 0
      unlimited = false
    }
    restart {
      attempts = 0
      mode     = "fail"
    }
    task "t" {
      driver       = "rkt"
      kill_signal  = "SIGTERM"
      kill_timeout = "5s"
      config {
        image   = ${JSON.stringify(image)}
        command = "/bin/sh"
        args    = ["-c", ${JSON.stringify(script)}]
        net     = ["host"]
        ${more.config ?? ''}
      }
      resources {
        cpu    = 100
        memory = 64
      }
      ${more.task ?? ''}
    }
  }
}
`;
}

/** What the HTTP API reports of an allocation, as far as the tests look at it. */
export interface Allocation {
  readonly ID: string;
  readonly ClientStatus: string;
  readonly TaskStates: Readonly<Record<string, TaskState>> | null;
  readonly AllocatedResources: {
    readonly Shared: { readonly Ports: readonly { readonly Label: string; readonly Value: number }[] | null };
  };
}

export interface TaskState {
  readonly State: string;
  readonly Failed: boolean;
  readonly Restarts: number;
  readonly Events: readonly {
    readonly Type: string;
    readonly DisplayMessage: string;
    readonly Details: Readonly<Record<string, string>>;
  }[];
}

/** Metrics of a task as Nomad keeps them. */
export interface AllocationStats {
  readonly ResourceUsage: {
    readonly CpuStats: {
      readonly Percent: number;
      readonly TotalTicks: number;
      readonly Measured: readonly string[];
    };
    readonly MemoryStats: {
      readonly RSS: number;
      readonly Usage: number;
      readonly Measured: readonly string[];
    };
  };
  readonly Timestamp: number;
}
