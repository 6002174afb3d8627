// Original file: src/nomad/proto/base.proto

export const CoreGrade = {
  Performance: 'Performance',
  Efficiency: 'Efficiency',
} as const;

export type CoreGrade =
  | 'Performance'
  | 0
  | 'Efficiency'
  | 1

export type CoreGrade__Output = typeof CoreGrade[keyof typeof CoreGrade]
