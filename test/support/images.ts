export * from './build-image.ts';
export * from './recorded-images.ts';
