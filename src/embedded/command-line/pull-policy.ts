import type { FlagSpec, Flags } from './args.ts';
import { RktFailure } from '../embedded-context.ts';

/** `--pull-policy` and its two old spellings, for a command whose default it is. */
export function pullPolicyFlags(fallback: 'new' | 'update'): readonly FlagSpec[] {
  return [
    { name: 'pull-policy', kind: 'string', default: fallback, help: 'when to pull an image' },
    { name: 'store-only', kind: 'bool', help: '', deprecated: 'please use --pull-policy=never' },
    { name: 'no-store', kind: 'bool', help: '', deprecated: 'please use --pull-policy=update' },
  ];
}

/** The policy asked for. rkt takes any text, and treats what it does not know as `new`. */
export function pullPolicyOf(flags: Flags): string {
  const [storeOnly, noStore] = [flags.bool('store-only'), flags.bool('no-store')];
  if (storeOnly && noStore) throw new RktFailure('both --store-only and --no-store specified');
  if (storeOnly) return 'never';
  return noStore ? 'update' : flags.string('pull-policy');
}
