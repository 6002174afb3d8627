import type { RktContext } from '../embedded-context.ts';
import type { RegistryConfig } from './registries-config.ts';
import { registryConfig } from './registries-config.ts';

/** One way to reach a registry or a mirror of it. */
export interface Endpoint {
  /** `https://registry.example.com:5000`. */
  readonly origin: string;
  /** What precedes the image's name there: empty, or ends in a slash. */
  readonly prefix: string;
  /** Host with port, the key of credentials. */
  readonly host: string;
  readonly verifiesTls: boolean;
  /** True when no third party can listen in: credentials are sent nowhere else. */
  readonly takesCredentials: boolean;
}

/** A registry or a mirror, with the ways to reach it, the safest first. */
export interface Source {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
}

type SourceContext = Pick<RktContext, 'insecure' | 'systemConfigDir' | 'localConfigDir' | 'userConfigDir'>;

/**
 * Where the images of a registry are asked for, in order: the mirrors of `registries.d`, then the registry itself.
 *
 * @throws RktFailure when `registries.d` cannot be read
 */
export function sourcesOf(ctx: SourceContext, registry: string): readonly Source[] {
  const config = registryConfig(ctx, registry);
  const mirrors = (config?.mirrors ?? []).map(mirrorSource);
  return config?.only === true ? mirrors : [...mirrors, ownSource(ctx, registry, config)];
}

function mirrorSource({ url, insecure }: RegistryConfig['mirrors'][number]): Source {
  const { origin, host, pathname } = new URL(url);
  const path = pathname.replace(/^\/+|\/+$/g, '');
  const endpoint = {
    origin,
    host,
    prefix: path === '' ? '' : `${path}/`,
    verifiesTls: !insecure.includes('tls'),
    // that it is as safe as it has to be is for the one to know who has written its URL down
    takesCredentials: true,
  };
  return { name: `the mirror ${host}`, endpoints: [endpoint] };
}

/** Loopback registries may do without TLS, as for docker: no other machine can listen there. */
function ownSource(ctx: SourceContext, registry: string, config: RegistryConfig | undefined): Source {
  const isLocal = isLoopback(registry);
  const mayBe = (what: 'http' | 'tls'): { readonly allowed: boolean; readonly isSafe: boolean } => {
    const isSafe = isLocal || config?.insecure.includes(what) === true;
    return { allowed: isSafe || ctx.insecure.has(what), isSafe };
  };
  const base = { prefix: '', host: registry };
  const [unverified, plain] = [mayBe('tls'), mayBe('http')];
  const secure = `https://${registry}`;
  return {
    name: `the registry ${registry}`,
    endpoints: [
      { ...base, origin: secure, verifiesTls: true, takesCredentials: true },
      ...(unverified.allowed
        ? [{ ...base, origin: secure, verifiesTls: false, takesCredentials: unverified.isSafe }]
        : []),
      ...(plain.allowed
        ? [{ ...base, origin: `http://${registry}`, verifiesTls: true, takesCredentials: plain.isSafe }]
        : []),
    ],
  };
}

function isLoopback(registry: string): boolean {
  const { hostname } = new URL(`https://${registry}`);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
