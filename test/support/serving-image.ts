import { buildImage } from './images.ts';

/** Builds an image with a shell and a port `http`, 80. */
export async function buildServingImage(dir: string): Promise<string> {
  const ports = [{ name: 'http', port: 80, protocol: 'tcp', count: 1, socketActivated: false }];
  const app = { exec: ['/bin/sh'], user: '0', group: '0', ports };
  return buildImage(dir, { name: 'test.local/shell', manifest: { app } });
}
