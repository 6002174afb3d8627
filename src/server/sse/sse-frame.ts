/** One frame of server-sent events; JSON holds no line breaks. */
export function frame(event: string, data: unknown, id?: string): Buffer {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return Buffer.from(`event: ${event}\n${head}data: ${JSON.stringify(data)}\n\n`);
}

/** A line that keeps a connection alive and that no client shows. */
export const HEARTBEAT = Buffer.from(': \n\n');

/** How long a browser waits before it connects again. */
export const OPENING = Buffer.from('retry: 2000\n\n');
