import type { ImageName } from '../store/lookup.ts';
import type { MetaTag } from './meta-tags.ts';

/** Where an image and its detached signature are. */
export interface Endpoint {
  readonly aci: string;
  readonly asc: string;
}

const VARIABLE = /\{.*?\}/;

/** The URLs that the `ac-discovery` tags of a page give for an image. A template with a variable left is passed over. */
export function endpointsOf(tags: readonly MetaTag[], image: ImageName): readonly Endpoint[] {
  return tags
    .filter((tag) => isAbout(tag, 'ac-discovery', image.name))
    .flatMap(({ uri }) => {
      const url = [{ name: 'name', value: image.name }, ...image.labels].reduce(
        (text, { name, value }) => text.replaceAll(`{${name}}`, () => value),
        uri,
      );
      const [aci, asc] = ['aci', 'aci.asc'].map((ext) => url.replaceAll('{ext}', ext));
      return aci === undefined || asc === undefined || VARIABLE.test(aci) ? [] : [{ aci, asc }];
    });
}

/** The URLs of the keys that the `ac-discovery-pubkeys` tags of a page give for names below a prefix. */
export function keyUrlsOf(tags: readonly MetaTag[], prefix: string): readonly string[] {
  return tags.filter((tag) => isAbout(tag, 'ac-discovery-pubkeys', prefix)).map(({ uri }) => uri);
}

/** appc compares texts: the prefix `example.com/a` is also about `example.com/ab`. */
function isAbout(tag: MetaTag, kind: string, name: string): boolean {
  return tag.name === kind && name.startsWith(tag.prefix);
}
