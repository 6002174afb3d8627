import type {
  TaskConfig,
  TaskConfig__Output,
} from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskConfig.ts';
import type { TaskHandle__Output } from '../../src/nomad/generated/hashicorp/nomad/plugins/drivers/proto/TaskHandle.ts';
import { encodeMsgpack } from '../../src/nomad/msgpack.ts';
import { messageDefinition } from '../../src/nomad/protos.ts';

const DRIVERS = 'hashicorp.nomad.plugins.drivers.proto';

interface Messages {
  readonly TaskConfig: TaskConfig__Output;
  readonly TaskHandle: TaskHandle__Output;
}

/** What arrives of a message, with every field there. */
export function received<Name extends string>(
  name: Name,
  message: object,
): Name extends keyof Messages ? Messages[Name] : object {
  const definition = messageDefinition<object>(name.includes('.') ? name : `${DRIVERS}.${name}`);
  return definition.deserialize(definition.serialize(message)) as ReturnType<typeof received<Name>>;
}

/** A task as a host sends it, with an image. */
export function wireTask(task: TaskConfig = {}): TaskConfig__Output {
  const msgpack_driver_config = encodeMsgpack({ image: 'example.com/app' });
  return received('TaskConfig', { id: 'alloc/web/1', name: 'web', msgpack_driver_config, ...task });
}
