import type { CallOptions } from './command-options.ts';
import type { RktRunner } from './command-runner.ts';

/** Runs `rkt image gc`: removes the images that no pod uses. */
export async function collectImages(runner: RktRunner, options: CallOptions = {}): Promise<void> {
  await runner.run(['image', 'gc', '--grace-period=0s'], options);
}
