/** Name and value: labels, annotations, environment. */
export interface ManifestPair {
  readonly name: string;
  readonly value: string;
}

/** A port of an app. */
export interface ManifestPort {
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly count: number;
  readonly socketActivated: boolean;
}

/** A place where an app expects a volume. */
export interface ManifestMountPoint {
  readonly name: string;
  readonly path: string;
  readonly readOnly?: boolean;
}

/** An isolator; `value` is passed on as it was given. */
export interface ManifestIsolator {
  readonly name: string;
  readonly value: unknown;
}

/** The app section, in the key order rkt prints. */
export interface ManifestApp {
  readonly exec: readonly string[] | null;
  readonly eventHandlers?: readonly { readonly name: string; readonly exec: readonly string[] }[];
  readonly user: string;
  readonly group: string;
  readonly supplementaryGIDs?: readonly number[];
  readonly workingDirectory?: string;
  readonly environment?: readonly ManifestPair[];
  readonly mountPoints?: readonly ManifestMountPoint[];
  readonly ports?: readonly ManifestPort[];
  readonly isolators?: readonly ManifestIsolator[];
  readonly userAnnotations?: Readonly<Record<string, string>>;
  readonly userLabels?: Readonly<Record<string, string>>;
}

/** An image this image is rendered upon. */
export interface ManifestDependency {
  readonly imageName: string;
  readonly imageID?: string;
  readonly labels?: readonly ManifestPair[];
  readonly size?: number;
}

/** A validated image manifest; `JSON.stringify` of it is what rkt prints. */
export interface ImageManifest {
  readonly acKind: 'ImageManifest';
  readonly acVersion: string;
  readonly name: string;
  readonly labels?: readonly ManifestPair[];
  readonly app?: ManifestApp;
  readonly annotations?: readonly ManifestPair[];
  readonly dependencies?: readonly ManifestDependency[];
  readonly pathWhitelist?: readonly string[];
}
