import { RktError } from '../../model/rkt-error.ts';

/**
 * The URL of an agent. It may have a path, for an agent behind a proxy.
 *
 * @throws RKT_ERR_OPTIONS for what is no URL of HTTP, or has credentials, a query or a fragment
 */
export function agentUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw wrongUrl(
      text.replace(/\/\/[^/]*@/, '//'),
      'is not of the form http://host:port or https://host:port',
    );
  if (url.username !== '' || url.password !== '')
    throw wrongUrl(url.origin, 'has credentials; pass the token by itself');
  if (url.search !== '' || url.hash !== '') throw wrongUrl(url.origin, 'has a query or a fragment');
  return url;
}

function wrongUrl(shown: string, what: string): RktError {
  return new RktError('RKT_ERR_OPTIONS', `The URL of the agent, ${JSON.stringify(shown)}, ${what}`);
}
