/** What is wrong with an AC identifier (image, label and annotation names), in appc's words; undefined when valid. */
export function acIdentifierProblem(text: string): string | undefined {
  if (text === '') return 'ACIdentifier cannot be empty';
  if (!/^[a-z0-9._~/-]+$/.test(text)) {
    return 'ACIdentifier must contain only lower case alphanumeric characters plus "-._~/"';
  }
  return /^[a-z0-9]/.test(text) && /[a-z0-9]$/.test(text)
    ? undefined
    : 'ACIdentifier must start and end with only lower case alphanumeric characters';
}

/** What is wrong with an AC name (app, volume, port and mount point names), in appc's words; undefined when valid. */
export function acNameProblem(text: string): string | undefined {
  if (text === '') return 'ACName cannot be empty';
  if (!/^[a-z0-9-]+$/.test(text))
    return 'ACName must contain only lower case alphanumeric characters plus "-"';
  return /^[a-z0-9]/.test(text) && /[a-z0-9]$/.test(text)
    ? undefined
    : 'ACName must start and end with only lower case alphanumeric characters';
}

/** Default app name of an image: the part after the last `/`, made an AC name. Undefined when nothing remains. */
export function defaultAppName(imageName: string): string | undefined {
  const last = imageName.slice(imageName.lastIndexOf('/') + 1);
  const name = last
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, (run) => '-'.repeat(run.length))
    .replace(/^-+|-+$/g, '');
  return name === '' ? undefined : name;
}
