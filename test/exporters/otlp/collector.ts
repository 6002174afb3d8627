import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import protobuf from 'protobufjs';

/** What of OTLP's messages is looked at. */
const MESSAGES = `
  syntax = "proto3";
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message Scope { string name = 1; string version = 2; }
  message Point {
    fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3;
    oneof value { double as_double = 4; sfixed64 as_int = 6; }
    repeated KeyValue attributes = 7;
  }
  message Gauge { repeated Point data_points = 1; }
  message Sum { repeated Point data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
  message Metric { string name = 1; string description = 2; string unit = 3; oneof data { Gauge gauge = 5; Sum sum = 7; } }
  message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
  message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
  message Metrics { repeated ResourceMetrics resource_metrics = 1; }
  message LogRecord {
    fixed64 time_unix_nano = 1; int32 severity_number = 2; string severity_text = 3; AnyValue body = 5;
    repeated KeyValue attributes = 6; string event_name = 12;
  }
  message ScopeLogs { Scope scope = 1; repeated LogRecord log_records = 2; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; }
  message Logs { repeated ResourceLogs resource_logs = 1; }
`;

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A value of a metric as it came over the wire. */
export interface Point {
  readonly metric: string;
  readonly unit: string;
  /** Undefined of a gauge. */
  readonly isMonotonic: boolean | undefined;
  readonly attributes: Attributes;
  readonly resource: Attributes;
  readonly value: number;
  readonly startMs: number;
  readonly timeMs: number;
}

export interface Log {
  readonly eventName: string;
  readonly body: string;
  readonly severity: string;
  readonly attributes: Attributes;
  readonly timeMs: number;
}

/** An OTLP collector for tests, on loopback. */
export interface Collector {
  readonly url: string;
  /** One array of points for each request. */
  readonly exports: readonly (readonly Point[])[];
  readonly logs: readonly Log[];
  readonly headers: readonly IncomingHttpHeaders[];
  /** What it answers from now on. */
  answerWith(status: number): void;
  close(): Promise<void>;
}

export async function openCollector(): Promise<Collector> {
  const { root } = protobuf.parse(MESSAGES, { keepCase: false });
  const decode = (type: string, bytes: Uint8Array): unknown =>
    root.lookupType(type).toObject(root.lookupType(type).decode(bytes), { longs: Number, arrays: true });
  const exports: (readonly Point[])[] = [];
  const logs: Log[] = [];
  const headers: IncomingHttpHeaders[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    void buffer(request).then((bytes) => {
      headers.push(request.headers);
      if (status === 200 && request.url === '/v1/metrics')
        exports.push(pointsOf(decode('Metrics', bytes) as RawMetrics));
      if (status === 200 && request.url === '/v1/logs')
        logs.push(...logsOf(decode('Logs', bytes) as RawLogs));
      response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    logs,
    headers,
    answerWith(next) {
      status = next;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

type RawValue = Readonly<Record<string, string | number | boolean>>;
type RawAttributes = readonly { readonly key: string; readonly value: RawValue }[];
interface RawPoint {
  readonly startTimeUnixNano: number;
  readonly timeUnixNano: number;
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly attributes: RawAttributes;
}
interface RawMetrics {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: RawAttributes };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly gauge?: { readonly dataPoints: readonly RawPoint[] };
        readonly sum?: { readonly dataPoints: readonly RawPoint[]; readonly isMonotonic?: boolean };
      }[];
    }[];
  }[];
}
interface RawLogs {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly eventName: string;
        readonly body: RawValue;
        readonly severityText: string;
        readonly timeUnixNano: number;
        readonly attributes: RawAttributes;
      }[];
    }[];
  }[];
}

function pointsOf({ resourceMetrics }: RawMetrics): readonly Point[] {
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .flatMap(({ name, unit, gauge, sum }) =>
        (gauge ?? sum)!.dataPoints.map((point) => ({
          metric: name,
          unit,
          isMonotonic: sum === undefined ? undefined : sum.isMonotonic === true,
          attributes: attributesOf(point.attributes),
          resource: attributesOf(resource.attributes),
          value: (point.asDouble ?? point.asInt)!,
          startMs: Math.round(point.startTimeUnixNano / 1e6),
          timeMs: Math.round(point.timeUnixNano / 1e6),
        })),
      ),
  );
}

function logsOf({ resourceLogs }: RawLogs): readonly Log[] {
  return resourceLogs
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
    .map(({ eventName, body, severityText, timeUnixNano, attributes }) => ({
      eventName,
      body: String(Object.values(body)[0]),
      severity: severityText,
      attributes: attributesOf(attributes),
      timeMs: Math.round(timeUnixNano / 1e6),
    }));
}

function attributesOf(attributes: RawAttributes): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? '']));
}
