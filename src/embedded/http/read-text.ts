import { formatSize } from '../command-line/text.ts';
import type { GetOptions, HttpContext } from './get.ts';
import { httpGet, requireOk } from './get.ts';

/** GETs a short text. @throws Error when the status is not 200, or there is more than `maxBytes` of it */
export async function readText(
  ctx: HttpContext,
  url: string,
  maxBytes: number,
  options: GetOptions = {},
): Promise<string> {
  const response = await httpGet(ctx, url, options);
  requireOk(response);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`${url} has more than ${formatSize(maxBytes)}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
