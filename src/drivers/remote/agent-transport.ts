/** A request in the form that every way to an agent takes. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** A response before its body. */
export interface TransportResponse {
  readonly status: number;
  header(name: string): string | undefined;
  text(): Promise<string>;
  /** The body as it arrives, decoded. */
  chunks(): AsyncIterable<string>;
}

/** One way to an agent: a unix socket, Node's HTTP, or the fetch of a browser. */
export interface AgentTransport {
  /** The address without credentials, for messages. */
  readonly place: string;
  request(request: TransportRequest): Promise<TransportResponse>;
}
