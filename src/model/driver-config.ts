import { z } from 'zod';

/** The plugin configuration an operator writes: `plugin "rkt" { config { volumes_enabled = true } }`. */
export const driverConfigSchema = z.strictObject({
  volumes_enabled: z.boolean().default(true),
});

export type DriverConfig = z.infer<typeof driverConfigSchema>;

/** What the agent tells every driver about itself. */
export const agentConfigSchema = z.object({
  clientMinPort: z.number().int().min(0).max(65_535).optional(),
  clientMaxPort: z.number().int().min(0).max(65_535).optional(),
});

export type AgentConfig = z.infer<typeof agentConfigSchema>;
