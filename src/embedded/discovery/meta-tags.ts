import { Parser } from 'htmlparser2';

/** A `<meta name="ac-…" content="PREFIX TEMPLATE">` of a page. */
export interface MetaTag {
  /** `ac-discovery` or `ac-discovery-pubkeys`, or another `ac-` name. */
  readonly name: string;
  /** The tag is about image names that begin so. */
  readonly prefix: string;
  /** A URL template, or the URL of a key. */
  readonly uri: string;
}

/** The tags of App Container discovery in an HTML page, in their order. Tags without prefix or URL are left out. */
export function metaTags(html: string): readonly MetaTag[] {
  const tags: MetaTag[] = [];
  const parser = new Parser({
    onopentag(element, { name = '', content = '' }) {
      if (element !== 'meta' || !name.startsWith('ac-')) return;
      const [, prefix = '', uri = ''] = /^(\S+)\s+(.*)$/s.exec(content.trim()) ?? [];
      if (prefix !== '' && uri !== '') tags.push({ name, prefix, uri });
    },
  });
  parser.end(html);
  return tags;
}
