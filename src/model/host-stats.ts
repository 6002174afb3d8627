/** Figures of the whole machine. Absent when not measured. */
export interface HostStats {
  readonly timestampMs: number;
  readonly cpu: {
    readonly cores: number;
    /** Of the whole machine: 0–100. */
    readonly percent?: number;
    readonly mhzPerCore?: number;
    readonly load1?: number;
  };
  readonly memory: {
    readonly totalBytes?: number;
    readonly usedBytes?: number;
    readonly availableBytes?: number;
    readonly swapTotalBytes?: number;
    readonly swapUsedBytes?: number;
  };
  readonly disks: readonly {
    readonly mount: string;
    readonly totalBytes: number;
    readonly usedBytes: number;
  }[];
  readonly uptimeMs: number;
}
