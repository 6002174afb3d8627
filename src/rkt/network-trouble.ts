/** Messages of rkt and of the embedded rkt that mean a network failure. */
const TROUBLE = [
  /\b(?:dial (?:tcp|udp)|read (?:tcp|udp)|lookup \S+)/,
  /\b(?:no such host|network is unreachable|no route to host|connection (?:refused|reset)|broken pipe)\b/i,
  /\b(?:i\/o timeout|TLS handshake timeout|Client\.Timeout|context deadline exceeded|timed out|no answer for)\b/i,
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|socket hang up)\b/,
  /\b(?:discovery failed|unexpected EOF)\b/,
  /\bstatus code:? (?:408|429|5\d\d)\b/,
];

/** True when a fetching command failed because of the network, so that another try may succeed. */
export function isNetworkTrouble(stderr: string): boolean {
  return TROUBLE.some((pattern) => pattern.test(stderr));
}

/** The messages of the embedded rkt for an image beyond one of its limits, or against a policy, have separate codes. */
export function imageFailureCode(
  stderr: string,
): 'RKT_ERR_IMAGE_LIMIT' | 'RKT_ERR_IMAGE_POLICY' | 'RKT_ERR_IMAGE' {
  if (/ is refused by the image policy \S|cannot read the image policy: /.test(stderr))
    return 'RKT_ERR_IMAGE_POLICY';
  return isBeyondLimit(stderr) ? 'RKT_ERR_IMAGE_LIMIT' : 'RKT_ERR_IMAGE';
}

export function isBeyondLimit(stderr: string): boolean {
  return /; the limit \w+ is \S+, set RKT_STREAMS_IMAGE_LIMITS=/.test(stderr);
}

/**
 * True for an image that rkt fetches when it is not stored: everything except hashes and files. A name is discovered,
 * and the rest are URLs.
 */
export function isRemoteImage(image: string): boolean {
  if (/^(?:https?|docker):\/\//.test(image)) return true;
  return !/^(?:sha512-|file:\/\/|[./])|\.aci$/.test(image) && !image.includes('./');
}
