import { html } from 'hono/html';

/** What a page shows of an OpenAPI document; the document has more. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers?: readonly { readonly url: string }[];
  /** By path, the operations by method. */
  readonly paths?: Readonly<Record<string, object>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface ApiOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly ApiParameter[];
  readonly requestBody?: { readonly content?: ApiContent };
  readonly responses?: Readonly<
    Record<string, { readonly description: string; readonly content?: ApiContent }>
  >;
}

interface ApiParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: unknown;
}

type ApiContent = Readonly<Record<string, { readonly schema?: unknown }>>;
type Html = ReturnType<typeof html>;

/** The API as a page that needs no script, from its OpenAPI document. */
export function apiReference(document: ApiDocument): Html {
  const { info, servers = [], paths = {}, components } = document;
  const base = servers[0]?.url.replace(/\/$/, '') ?? '';
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Readonly<Record<string, ApiOperation>>).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  const schemas = Object.entries(components?.schemas ?? {});
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <base href="${base}/" />
        <title>${info.title}: API</title>
        <link rel="stylesheet" href="docs/api-reference.css" />
      </head>
      <body>
        <header>
          <h1>${info.title} <small>${info.version}</small></h1>
          <p>${info.description} <a href="v1/openapi.json">OpenAPI document</a></p>
        </header>
        <nav aria-label="Operations">
          <ul>
            ${operations.map(
              ({ method, path, operation }) =>
                html`<li>
                  <a href="docs#${operation.operationId}"><code>${method} ${path}</code></a>
                  ${operation.summary}
                </li>`,
            )}
          </ul>
        </nav>
        <main>
          ${operations.map((one) => operationSection(one.method, base + one.path, one.operation))}
          <h2>Schemas</h2>
          ${schemas.map(
            ([name, schema]) =>
              html`<section id="schema-${name}">
                <h3>${name}</h3>
                ${code(schema)}
              </section>`,
          )}
        </main>
      </body>
    </html>`;
}

function operationSection(method: string, path: string, operation: ApiOperation): Html {
  const { operationId, summary, parameters = [], requestBody, responses = {} } = operation;
  return html`<section id="${operationId}">
    <h2><code>${method} ${path}</code></h2>
    <p>${summary}. <small>${operationId}</small></p>
    ${
      parameters.length === 0
        ? ''
        : html`<table>
            <thead>
              <tr>
                <th>Parameter</th>
                <th>In</th>
                <th>Meaning</th>
                <th>Values</th>
              </tr>
            </thead>
            <tbody>
              ${parameters.map(
                (one) =>
                  html`<tr>
                    <td><code>${one.name}</code>${one.required === true ? ', required' : ''}</td>
                    <td>${one.in}</td>
                    <td>${one.description}</td>
                    <td><code>${JSON.stringify(one.schema)}</code></td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${Object.entries(requestBody?.content ?? {}).map(
      ([type, { schema }]) =>
        html`<h3>Body <small>${type}</small></h3>
          ${code(schema)}`,
    )}
    <h3>Responses</h3>
    ${Object.entries(responses).map(
      ([status, { description, content = {} }]) =>
        html`<details>
          <summary>
            <code>${status}</code> ${description} <small>${Object.keys(content).join(', ')}</small>
          </summary>
          ${Object.values(content).map(({ schema }) => code(schema))}
        </details>`,
    )}
  </section>`;
}

/** A schema as JSON; what it refers to is linked. */
function code(schema: unknown): Html {
  const parts = JSON.stringify(schema, null, 2).split(/"#\/components\/schemas\/(\w+)"/);
  return html`<pre tabindex="0">
${parts.map((part, index) =>
      index % 2 === 0 ? part : html`<a href="docs#schema-${part}">${part}</a>`,
    )}</pre>`;
}
