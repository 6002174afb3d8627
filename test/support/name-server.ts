import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server that knows SRV records only. */
export interface NameServer {
  /** `address:port`. */
  readonly address: string;
  /** Target and port, by name; a name that is missing has no records. */
  readonly records: Map<string, readonly (readonly [string, number])[]>;
  /** Answers every question with SERVFAIL while it is set. */
  fails: boolean;
  close(): Promise<void>;
}

const SRV = 33;
const NAME_OF_QUESTION = Buffer.from([0xc0, 12]);

export async function openNameServer(): Promise<NameServer> {
  const socket = createSocket('udp4');
  const records: NameServer['records'] = new Map();
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: NameServer = {
    address: `127.0.0.1:${socket.address().port}`,
    records,
    fails: false,
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
  socket.on('message', (question, { port, address }) => {
    const { name, end } = nameIn(question, 12);
    const found = server.fails ? [] : (records.get(name) ?? []);
    const header = Buffer.alloc(12);
    question.copy(header, 0, 0, 2);
    // Of a response: SERVFAIL is 2, NXDOMAIN 3.
    const code = server.fails ? 2 : Number(records.has(name)) === 1 ? 0 : 3;
    header.writeUInt16BE(0x8180 | code, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(found.length, 6);
    const answers = found.map(([target, targetPort]) => srvRecord(target, targetPort));
    socket.send(Buffer.concat([header, question.subarray(12, end + 4), ...answers]), port, address);
  });
  return server;
}

function srvRecord(target: string, port: number): Buffer {
  const name = Buffer.concat([
    ...target.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
  const fixed = Buffer.alloc(16);
  fixed.writeUInt16BE(SRV, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(6 + name.length, 8);
  fixed.writeUInt16BE(port, 14);
  return Buffer.concat([NAME_OF_QUESTION, fixed, name]);
}

function nameIn(message: Buffer, begin: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = begin;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
}
