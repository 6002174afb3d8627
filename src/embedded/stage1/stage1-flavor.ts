/** What a pod is run by: `fly` changes the app's root, `oci` gives it to an OCI runtime. */
export type Stage1Flavor = 'fly' | 'oci';
