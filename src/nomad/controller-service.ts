import type { GRPCControllerHandlers } from './generated/plugin/GRPCController.ts';

/** The host asks the plugin to end. It asks at every restart of the agent too, so the tasks are left alone. */
export function controllerService(onShutdown: () => void): GRPCControllerHandlers {
  return {
    Shutdown: (_call, answer) => {
      answer(null, {});
      onShutdown();
    },
  };
}
