import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Sandbox } from './sandbox.ts';
import type { WebSandbox } from './web-sandbox.ts';

const RKT = fileURLToPath(new URL('../../dist/embedded/rkt.sh', import.meta.url));

/**
 * Path of an embedded rkt whose commands that fetch images do it in the network of the web servers.
 *
 * @param flags of `prepare`, besides those of the driver
 */
export function rktInWeb(sandbox: Sandbox, web: WebSandbox, flags: readonly string[] = []): string {
  const path = join(sandbox.base, ['rkt-in-web', ...flags].join(''));
  const rkt = `sh ${RKT} --local-config=${sandbox.base}/etc`;
  const text = `#!/bin/sh
export SSL_CERT_FILE=${web.authority}
for word do
  case $word in
    prepare | trust) fetches=1 ;;
    version | run-prepared | status | enter | stop | rm | gc | list | cat-manifest | image) break ;;
  esac
done
[ -n "\${fetches-}" ] || exec ${rkt} "$@"
for word do
  shift
  set -- "$@" "$word"
  [ "$word" != prepare ] || set -- "$@" ${flags.join(' ')}
done
exec ${web.enter.join(' ')} ${rkt} "$@"
`;
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}
