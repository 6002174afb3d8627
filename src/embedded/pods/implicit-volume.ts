import { RktFailure } from '../embedded-context.ts';
import type { PlannedMount } from './mount-plan.ts';
import { attach } from './mount-plan.ts';
import type { MountSite } from './mount-target.ts';
import { prepareTarget } from './mount-target.ts';

/**
 * Copies the directory that it is in, and not what is mounted below it, to a new one: owners, modes, times, links and
 * extended attributes as well.
 */
export const IMPLICIT_FUNCTIONS = `
implicit() {
  mkdir -p -- "\${1%/*}" && mkdir -m 0700 -- "$1" && cp -a -x -T -- . "$1"
}
`;

/** True for an image that docker2aci, or this rkt in its way, has made of a docker or OCI image. */
export function isDockerImage(image: Readonly<Record<string, unknown>> | undefined): boolean {
  const { annotations } = (image ?? {}) as { readonly annotations?: unknown };
  return (
    Array.isArray(annotations) &&
    annotations.some(
      (entry: { readonly name?: unknown } | null) => entry?.name === 'appc.io/docker/repository',
    )
  );
}

/**
 * Mounts a `VOLUME` of a docker image that the task gives no volume for: a directory of the pod, which goes with it, with the
 * content, mode and owner of the image's directory.
 *
 * @param volumes where the pod keeps such directories once it runs
 * @throws RktFailure when the image has something else there
 */
export function mountImplicit(
  site: MountSite,
  { volume, path, readOnly }: PlannedMount,
  volumes: string,
): void {
  const { root, script, view } = site;
  const label = `${root}${path}`;
  if (view.resolve(path)?.stat?.isDirectory() === false)
    throw new RktFailure(
      `can't mount volume ${JSON.stringify(volume.name)}: ${JSON.stringify(label)} is not a directory`,
    );
  const target = prepareTarget(site, path, true);
  const source = `${volumes}/${volume.name}`;
  script.attempt(
    `run: can't copy the image's ${JSON.stringify(path)} into a volume`,
    ...['within', target.path === '/' ? '' : target.path, '', 'implicit', source],
  );
  const failure = `run: can't mount ${JSON.stringify(source)} on ${JSON.stringify(label)}`;
  attach(site, target, { failure, words: [site.alwaysRecursive ? '--rbind' : '--bind', source] });
  if (!readOnly) return;
  attach(site, target, { failure, words: ['-o', 'remount,bind,ro', 'none'] });
}
