import { stage1Kind } from '../../model/stage1.ts';

/** The flag of `rkt prepare` that selects a stage1; without one rkt uses its default. */
export function stage1Argument(stage1: string | undefined): readonly string[] {
  return stage1 === undefined ? [] : [`--stage1-${stage1Kind(stage1)}=${stage1}`];
}
