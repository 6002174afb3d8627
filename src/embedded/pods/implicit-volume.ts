import { RktFailure } from '../embedded-context.ts';
import type { PlannedMount } from './mount-plan.ts';
import { attach } from './mount-plan.ts';
import { prepareTarget, type MountSite, type Target } from './mount-target.ts';

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
 * Copies the image's directory of a `VOLUME` that the task gives no volume for, with its content, mode and owner, to a directory
 * of the pod, which goes with it.
 *
 * @throws RktFailure when the image has something else there
 */
export function copyImplicit(site: MountSite, { volume, path }: PlannedMount, source: string): Target {
  const { root, script, view } = site;
  if (view.resolve(path)?.stat?.isDirectory() === false)
    throw new RktFailure(
      `can't mount volume ${JSON.stringify(volume.name)}: ${JSON.stringify(`${root}${path}`)} is not a directory`,
    );
  const target = prepareTarget(site, path, true);
  script.attempt(
    `run: can't copy the image's ${JSON.stringify(path)} into a volume`,
    ...['within', target.path === '/' ? '' : target.path, '', 'implicit', source],
  );
  return target;
}

/**
 * Mounts a `VOLUME` of a docker image that the task gives no volume for.
 *
 * @param volumes where the pod keeps such directories once it runs
 * @throws RktFailure when the image has something else there
 */
export function mountImplicit(site: MountSite, mount: PlannedMount, volumes: string): void {
  const source = `${volumes}/${mount.volume.name}`;
  const target = copyImplicit(site, mount, source);
  const failure = `run: can't mount ${JSON.stringify(source)} on ${JSON.stringify(`${site.root}${mount.path}`)}`;
  attach(site, target, { failure, words: [site.alwaysRecursive ? '--rbind' : '--bind', source] });
  if (!mount.readOnly) return;
  attach(site, target, { failure, words: ['-o', 'remount,bind,ro', 'none'] });
}
