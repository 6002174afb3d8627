import { EXEC_PROTOCOL, TICKET_PROTOCOL } from '../../model/exec-protocol.ts';

/** A WebSocket in the form that every way to an agent gives. Listeners are set before the next turn of the event loop. */
export interface ExecSocket {
  send(message: string | Uint8Array): void;
  close(): void;
  onMessage(listener: (message: string | Uint8Array) => void): void;
  /** Called once. */
  onClose(listener: () => void): void;
}

/** A WebSocket as browsers have it. */
interface WebSocketLike {
  binaryType: string;
  send(message: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(name: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(name: 'open' | 'close' | 'error', listener: () => void): void;
}

/** An open WebSocket. */
export function execSocket(socket: WebSocketLike): ExecSocket {
  return {
    send: (message) => socket.send(message as string | Uint8Array<ArrayBuffer>),
    close: () => socket.close(),
    onMessage: (listener) =>
      socket.addEventListener('message', ({ data }) =>
        listener(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer)),
      ),
    onClose: (listener) => socket.addEventListener('close', listener),
  };
}

/** Resolves when a WebSocket is open; rejects when it cannot be opened, for which a browser gives no reason. */
function whenOpen(socket: WebSocketLike): Promise<ExecSocket> {
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(execSocket(socket)));
    socket.addEventListener('error', () => reject(new Error('the WebSocket was refused or broke')));
    socket.addEventListener('close', () => reject(new Error('the WebSocket was closed')));
  });
}

/** Opens the WebSocket that a ticket is for. */
export async function openWebSocket(url: string, ticket: string): Promise<ExecSocket> {
  const { WebSocket } = globalThis as unknown as { readonly WebSocket: WebSocketConstructor };
  return await whenOpen(new WebSocket(url, [EXEC_PROTOCOL, `${TICKET_PROTOCOL}${ticket}`]));
}

type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;
