/** Where an OCI runtime keeps what it knows of a pod, below the pod's directory. */
export const STATE_DIR = 'oci/state';

/** Where the apps of a pod that has several are, each in a directory of its name; other pods have no such directory. */
export const APPS_DIR = 'oci/apps';

/** What an app is to the OCI runtime. */
export interface AppPlace {
  /** The directory of its bundle, below that of the pod. */
  readonly bundle: string;
  /** The name of its container. */
  readonly container: string;
  /** The file that the pid and the start time of its first process are written to. */
  readonly startFile: string;
}

/** The only app of a pod has the pod's namespaces; of several, each is in those of a process that only waits. */
export function appPlace(uuid: string, appName: string, isOnly: boolean): AppPlace {
  if (isOnly) return { bundle: 'oci', container: uuid, startFile: 'oci/init-start' };
  const bundle = `${APPS_DIR}/${appName}`;
  return { bundle, container: `${uuid}-${appName}`, startFile: `${bundle}/start` };
}
