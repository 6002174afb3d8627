import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { ServiceDefinition } from '@grpc/grpc-js';
import {
  loadSync,
  type MessageTypeDefinition,
  type Options,
  type PackageDefinition,
} from '@grpc/proto-loader';

const DIRECTORY = fileURLToPath(new URL('./proto', import.meta.url));

/**
 * How messages look in this program: names as in the .proto files, every field there (proto3's default when it was
 * not sent, null for a message), enums as names, or as the bare number where the number has no name here.
 */
const OPTIONS: Options = {
  keepCase: true,
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
  includeDirs: [DIRECTORY],
};

let loaded: PackageDefinition | undefined;

/** Everything that the .proto files beside this module define, by full name; read once. */
function definitions(): PackageDefinition {
  loaded ??= loadSync(
    readdirSync(DIRECTORY).filter((name) => name.endsWith('.proto')),
    OPTIONS,
  );
  return loaded;
}

/** A service by its full name, in the form that `server.addService` and `makeClientConstructor` take. */
export function serviceDefinition(name: string): ServiceDefinition {
  const definition = definitions()[name];
  if (definition === undefined || 'format' in definition) throw new Error(`${name} is not a service`);
  return definition;
}

/** A message by its full name, with `serialize` and `deserialize`. */
export function messageDefinition<T extends object>(name: string): MessageTypeDefinition<T, T> {
  const definition = definitions()[name];
  if (definition === undefined || !('serialize' in definition)) throw new Error(`${name} is not a message`);
  return definition as unknown as MessageTypeDefinition<T, T>;
}
