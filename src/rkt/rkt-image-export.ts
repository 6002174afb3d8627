import { isRktError } from '../model/rkt-error.ts';
import type { RktRunner } from './command-runner.ts';
import type { CallOptions } from './command-options.ts';
import { recoded } from './failure.ts';

export interface ImageExportOptions extends CallOptions {
  /** Replaces the file. */
  readonly overwrite?: boolean;
}

/**
 * Runs `rkt image export`: writes the uncompressed ACI of an image, without its dependencies.
 *
 * @throws {@link RktError} RKT_ERR_IMAGE when there is no such image, or the file cannot be written
 */
export async function exportImage(
  runner: RktRunner,
  image: string,
  file: string,
  { overwrite = false, ...call }: ImageExportOptions = {},
): Promise<void> {
  const flags = overwrite ? ['--overwrite'] : [];
  try {
    await runner.run(['image', 'export', ...flags, image, file], call);
  } catch (error) {
    if (!isRktError(error, 'RKT_ERR_RKT_FAILED')) throw error;
    throw recoded(error, 'RKT_ERR_IMAGE', `rkt cannot export ${image} to ${file}`);
  }
}
