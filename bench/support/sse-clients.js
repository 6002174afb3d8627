// A process that reads streams and counts: what 100 browsers are for a server, without their work.
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { Agent, request } from 'node:http';

const [{ url, clients, path }] = await once(process, 'message');
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
let frames = 0;
let bytes = 0;
const END = Buffer.from('\n\n');
const read = () =>
  new Promise((resolve, reject) => {
    request(`${url}${path}`, { agent }, (response) => {
      resolve();
      response.on('data', (chunk) => {
        bytes += chunk.length;
        // A frame ends with its chunk, or nearly always: this is a count for a check, not a parser.
        if (chunk.subarray(-2).equals(END)) frames += 1;
      });
      response.on('error', () => undefined);
    })
      .on('error', reject)
      .end();
  });
await Promise.all(Array.from({ length: clients }, read));
process.send('reading');
process.on('message', (what) => {
  if (what !== 'measure') process.exit(0);
  process.send({ frames, bytes });
  frames = 0;
  bytes = 0;
});
