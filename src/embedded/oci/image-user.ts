/** Users and groups of an image, as the texts of its files. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

/** An app's identity, as an image manifest has it. */
export interface ImageUser {
  readonly user: string;
  readonly group: string;
  readonly supplementaryGIDs: readonly number[];
}

const NUMBER = /^\d{1,10}$/;

/**
 * The identity that docker gives an image's `USER`: `user`, `user:group`, each a name or a number; nothing is root.
 *
 * A user that the image lists has the primary group of /etc/passwd and, without a group of its own, all groups that list it.
 * A name that is in neither file stays a name: the failure belongs to the start, where another user may be given.
 */
export function imageUser(spec: string, files: AccountFiles): ImageUser {
  const [first = '', group = ''] = spec.split(':');
  const user = first === '' ? '0' : first;
  const account = linesOf(files.passwd).find(([name, , uid]) =>
    NUMBER.test(user) ? uid === user : name === user,
  );
  const [name, , uid = user, primary = '0'] = account ?? [];
  const groups = linesOf(files.group);
  if (group !== '') return { user: uid, group: groupId(group, groups), supplementaryGIDs: [] };
  if (account === undefined && !NUMBER.test(user)) return { user, group: user, supplementaryGIDs: [] };
  const listing = groups.filter(
    ([, , gid = '', members = '']) => NUMBER.test(gid) && members.split(',').includes(name ?? ''),
  );
  const others = name === undefined ? [] : listing.map(([, , gid]) => Number(gid));
  return { user: uid, group: primary, supplementaryGIDs: [...new Set(others)] };
}

function groupId(group: string, groups: readonly (readonly string[])[]): string {
  if (NUMBER.test(group)) return group;
  return groups.find(([name]) => name === group)?.[2] ?? group;
}

/** Lines of such a file, split; what has no numbers where they belong is passed over. */
function linesOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(':'))
    .filter(([name = '', , id = '']) => name !== '' && NUMBER.test(id));
}
