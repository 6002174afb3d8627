import type { GRPCControllerHandlers } from './generated/plugin/GRPCController.ts';

/** The host requests the plugin to exit. It does so at every restart of the agent too, so the tasks keep running. */
export function controllerService(onShutdown: () => void): GRPCControllerHandlers {
  return {
    Shutdown: (_call, answer) => {
      answer(null, {});
      onShutdown();
    },
  };
}
