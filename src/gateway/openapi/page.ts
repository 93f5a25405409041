/**
 * The description as a page for people. Everything on it comes from the OpenAPI document; there is no script, and the one
 * thing it loads is its style sheet.
 */
import { html, raw } from 'hono/html'
import { ERROR_KINDS, problemType } from '../../errors.ts'
import { HTTP_ERRORS } from '../problems.ts'
import { curlOf, insideQuotes, ORIGIN } from './curl.ts'
import { type Field, fieldsOf, typeOf } from './fields.ts'
import { EVERY_ANSWER } from './headers.ts'
import type { Method, OpenApi, Operation, Parameter, ResponseObject, Schema } from './openapi.ts'

type Markup = ReturnType<typeof html>

/** An operation and where it is found. */
interface Entry {
  readonly path: string
  readonly method: Method
  readonly operation: Operation
}

/** The page for whoever reached the peer under this origin, whose name may be anything that a URL allows. */
export type Page = (origin: string) => string

/** `stylePath`: where the style sheet is. */
export async function pageOf(document: OpenApi, stylePath: string): Promise<Page> {
  const groups = document.tags
    .map(tag => ({ ...tag, entries: entriesOf(document, tag.name) }))
    .filter(({ entries }) => entries.length > 0)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>anillo · HTTP</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<a class="skip" href="#top">Skip to the content</a>
<header>
<a class="brand" href="#top">anillo</a> <span class="version">${document.info.version}</span>
<details class="menu">
<summary>Routes</summary>
<nav aria-label="Routes">
${groups.map(
  ({ name, entries }) => html`<h2><a href="#${anchorOf(name)}">${name}</a></h2>
<ul>${entries.map(
    ({ path, method, operation }) =>
      html`<li><a href="#${operation.operationId}">${badge(method)}<span class="path">${breakable(path)}</span></a></li>`
  )}</ul>`
)}
<h2><a href="#headers">Headers of answers</a></h2>
<h2><a href="#errors">Errors</a></h2>
</nav>
</details>
</header>
<main id="top" tabindex="-1">
<h1>The HTTP interface</h1>
${prose(document.info.description)}
<p>For programs: <a href="/openapi.json">openapi.json</a>. The examples ask the peer that gave this page, <code>${ORIGIN}</code>.</p>
${groups.map(
  ({ name, description, entries }) => html`<section aria-labelledby="${anchorOf(name)}">
<h2 id="${anchorOf(name)}">${name}</h2>
${prose(description)}
${entries.map(entry => article(document, entry))}
</section>`
)}
${headerSection(document)}
${errorSection()}
</main>
</body>
</html>
`
  const text = String(await page)
  return origin => {
    const shown = String(html`${insideQuotes(origin)}`)
    return text.replaceAll(ORIGIN, () => shown)
  }
}

function entriesOf({ paths }: OpenApi, tag: string): Entry[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ path, method: method as Method, operation }))
  )
}

function article({ components }: OpenApi, { path, method, operation }: Entry): Markup {
  const { operationId, summary, description, parameters = [], requestBody, responses, security } = operation
  const bodies = Object.entries(requestBody?.content ?? {})
  const body = bodies[0]?.[1]
  const failures = Object.entries(responses).filter(([, response]) => isFailure(response))
  const successes = Object.entries(responses).filter(([, response]) => !isFailure(response))
  const sample = successes.find(([, { content }]) => exampleOf(content) !== undefined)
  return html`<article id="${operationId}" aria-labelledby="${operationId}-title">
<div class="told">
<h3 id="${operationId}-title">${summary}</h3>
<p class="route">${badge(method)}<code>${breakable(path)}</code></p>
${description === undefined ? '' : prose(description)}
${security === undefined ? '' : html`<p>Needs a token with the scope ${security.flatMap(scheme => Object.values(scheme).flat()).map(scope => html`<code>${scope}</code>`)}.</p>`}
${parameterList('In the path', 'path', parameters)}
${parameterList('In the query', 'query', parameters)}
${parameterList('Headers', 'header', parameters)}
${body === undefined ? '' : html`<h4>Body</h4><p class="types">${bodies.map(([type]) => html`<code>${type}</code> `)}</p>${fieldList(fieldsOf(body.schema, components.schemas))}`}
<h4>Answers</h4>
${successes.map(([status, response]) => answer(status, response, components.schemas))}
${failureList(failures)}
</div>
<div class="shown">
<p class="caption">Request</p>
<pre><code>${curlOf(path, method, operation)}</code></pre>
${sample === undefined ? '' : html`<p class="caption">Answer ${sample[0]}</p><pre><code>${shown(exampleOf(sample[1].content))}</code></pre>`}
</div>
</article>`
}

function answer(
  status: string,
  { description, headers, content }: ResponseObject,
  schemas: OpenApi['components']['schemas']
): Markup {
  const [type, { schema }] = Object.entries(content ?? {})[0] ?? ['', { schema: undefined }]
  const fields = schema === undefined ? [] : fieldsOf(schema, schemas)
  const own = Object.keys(headers ?? {}).filter(name => !EVERY_ANSWER.some(every => every === name))
  const line = html`<span class="status s${status[0]}">${status}</span> <span>${inline(description)}</span>`
  const more = html`${own.length === 0 ? '' : html`<p class="carried">${own.map(name => html`<a href="#header-${name.toLowerCase()}"><code>${name}</code></a> `)}</p>`}${fieldList(fields)}`
  if (fields.length === 0) {
    return html`<div class="answer"><p>${line}${type === '' ? '' : html` <code>${type}</code>`}</p>${more}</div>`
  }
  return html`<details class="answer"><summary>${line}</summary>${more}</details>`
}

function failureList(failures: readonly [string, ResponseObject][]): Markup {
  return html`<details class="answer"><summary><span>Errors</span> ${failures.map(([status]) => html`<span class="status s${status[0]}">${status}</span> `)}</summary>
<ul class="failures">${failures.map(
    ([status, { description, content }]) =>
      html`<li><span class="status s${status[0]}">${status}</span> <span>${problemLinks(content, description)}</span></li>`
  )}</ul></details>`
}

/** Each kind of error that an answer may be; on the routes of the original its text is all there is. */
function problemLinks(content: ResponseObject['content'], description: string): Markup {
  const types = problemTypesOf(content)
  if (types.length === 0) return html`${description}`
  return html`${HTTP_ERRORS.filter(name => types.includes(problemType(name))).map(
    (name, index) =>
      html`${index === 0 ? '' : ' · '}<a href="#${problemAnchor(name)}">${ERROR_KINDS[name].title}</a>`
  )}`
}

function parameterList(title: string, where: Parameter['in'], parameters: readonly Parameter[]): Markup | '' {
  const found = parameters.filter(parameter => parameter.in === where)
  if (found.length === 0) return ''
  const fields = found.map(({ name, required, description, schema }) => ({
    name,
    required,
    type: typeOf(schema, {}),
    what: description ?? '',
    fields: []
  }))
  return html`<h4>${title}</h4>${fieldList(fields)}`
}

function fieldList(fields: readonly Field[]): Markup | '' {
  if (fields.length === 0) return ''
  return html`<ul class="fields">${fields.map(
    ({ name, type, required, what, fields }) =>
      html`<li><code class="name">${name}</code> <span class="type">${type}</span>${required ? '' : html` <span class="optional">optional</span>`}${what === '' ? '' : html`<p>${inline(what)}</p>`}${fieldList(fields)}</li>`
  )}</ul>`
}

function headerSection({ components }: OpenApi): Markup {
  return html`<section aria-labelledby="headers"><h2 id="headers">Headers of answers</h2>
<dl>${Object.entries(components.headers).map(
    ([name, { description }]) =>
      html`<dt id="header-${name.toLowerCase()}"><code>${name}</code></dt><dd>${inline(description)}</dd>`
  )}</dl></section>`
}

function errorSection(): Markup {
  const errors = [...HTTP_ERRORS].sort((a, b) => ERROR_KINDS[a].status - ERROR_KINDS[b].status)
  return html`<section aria-labelledby="errors"><h2 id="errors">Errors</h2>
<p>Errors are <code>application/problem+json</code> (RFC 9457): <code>type</code> and <code>title</code> never change for an error, <code>detail</code> names the value and what to do, <code>instance</code> is the request id.</p>
<dl>${errors.map(
    name =>
      html`<dt id="${problemAnchor(name)}"><span class="status s${String(ERROR_KINDS[name].status)[0]!}">${ERROR_KINDS[name].status}</span> <code>${problemType(name)}</code></dt><dd>${ERROR_KINDS[name].title}</dd>`
  )}</dl></section>`
}

function problemAnchor(name: (typeof HTTP_ERRORS)[number]): string {
  return `error-${problemType(name).split(':').at(-1)}`
}

function anchorOf(tag: string): string {
  return `tag-${tag.toLowerCase()}`
}

function isFailure({ content }: ResponseObject): boolean {
  return problemTypesOf(content).length > 0 || refersTo(content, 'OriginalError')
}

function refersTo(content: ResponseObject['content'], component: string): boolean {
  return Object.values(content ?? {}).some(({ schema }) => schema.$ref?.endsWith(`/${component}`))
}

function problemTypesOf(content: ResponseObject['content']): readonly unknown[] {
  const parts = (content?.['application/problem+json']?.schema.allOf ?? []) as Schema[]
  return parts.flatMap(({ properties }) => (properties?.type as Schema | undefined)?.enum ?? [])
}

function exampleOf(content: ResponseObject['content']): unknown {
  return Object.values(content ?? {})[0]?.example
}

function shown(example: unknown): string {
  return typeof example === 'string' ? example : JSON.stringify(example, undefined, 2)
}

function badge(method: Method): Markup {
  return html`<span class="method ${method}">${method.toUpperCase()}</span> `
}

/** A path that may be broken after its slashes. */
function breakable(path: string): Markup {
  return html`${path.split(/(?<=\/)/).map((part, index) => html`${index === 0 ? '' : raw('<wbr>')}${part}`)}`
}

function prose(text: string): Markup {
  return html`${text.split('\n\n').map(paragraph => html`<p>${inline(paragraph)}</p>`)}`
}

/** Of Markdown, what descriptions use: `code` and **what matters most**. */
function inline(text: string): Markup {
  return html`${text.split(/(\*\*.+?\*\*|`[^`]+`)/).map(part => {
    if (part.startsWith('**')) return html`<strong>${inline(part.slice(2, -2))}</strong>`
    return part.startsWith('`') ? html`<code>${part.slice(1, -1)}</code>` : part
  })}`
}
