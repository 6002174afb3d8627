import { RktFailure } from '../embedded-context.ts';
import { parseManifestApp, type ManifestApp } from '../manifest/aci-manifest.ts';
import type { PodEntry } from './phases.ts';
import { appImageManifest } from './pod-info.ts';
import type { PodApp } from './pod-manifest.ts';

/** The app section of the pod manifest; a hand-written one may leave it to the image. */
export function runtimeAppOf(pod: PodEntry, app: PodApp): ManifestApp {
  if (app.app !== undefined) return app.app;
  const section = appImageManifest(pod, app.name)?.['app'];
  if (section === undefined) throw new RktFailure(`app ${JSON.stringify(app.name)} has no app section`);
  return parseManifestApp(section);
}

/** The program of an app, which is the first word of its command line. @throws RktFailure for an image without one */
export function programOfApp(app: PodApp, { exec }: Pick<ManifestApp, 'exec'>): string {
  const [program] = exec ?? [];
  if (program !== undefined && program !== '') return program;
  throw new RktFailure(
    `image ${JSON.stringify(app.image.name ?? app.image.id)} has an empty "exec" (try --exec=BINARY)`,
  );
}
