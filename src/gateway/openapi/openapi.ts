/** The routes as an OpenAPI 3.1 document, from what each says of itself and from the schemas that check its requests. */
import { z } from 'zod'
import { ERROR_KINDS, problemType } from '../../errors.ts'
import { scopeNeeded } from '../access.ts'
import { type HttpErrorName, isOriginal, statusOf } from '../problems.ts'
import { originalError, problem } from './answers.ts'
import { type Answer, type RouteDescription, TAGS } from './description.ts'
import { ANSWER_HEADERS, type AnswerHeader, EVERY_ANSWER, type RequestHeader } from './headers.ts'
import { errorsOf } from './route-errors.ts'

export type Schema = z.core.JSONSchema.BaseSchema
export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
}

export interface Content {
  readonly [mediaType: string]: { readonly schema: Schema; readonly example?: unknown }
}

export interface ResponseObject {
  readonly description: string
  readonly headers?: { readonly [name: string]: { readonly $ref: string } }
  readonly content?: Content
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Content }
  readonly responses: { readonly [status: string]: ResponseObject }
}

/** What of OpenAPI 3.1 is used. */
export interface OpenApi {
  readonly openapi: '3.1.1'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string; readonly description: string }[]
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: { readonly [path: string]: { readonly [M in Method]?: Operation } }
  readonly components: {
    readonly schemas: { readonly [name: string]: Schema }
    readonly headers: { readonly [name: string]: { readonly description: string; readonly schema: Schema } }
    readonly securitySchemes?: { readonly [name: string]: object }
  }
}

export interface OpenApiOptions {
  /** Of anillo. */
  readonly version: string
  /** Whether the gateway has tokens. */
  readonly guarded: boolean
}

const INTRODUCTION = `Every peer is a gateway: any of them answers for every user, wherever the user is kept. Bodies are JSON in UTF-8.

\`HEAD\` is answered wherever \`GET\` is, and \`OPTIONS\` everywhere, with \`Allow\`. A method that a path does not have is 405. Every request may carry \`Request-Id\`: it comes back, and is in the log of the peer.

Two errors matter most. **503 means that it was not written**: wait as long as \`Retry-After\` says, and send it again. **504 \`outcome-unknown\` means that it may have been written**: send it again with the same \`Idempotency-Key\`, which does it once in either case.`

const SCHEME = 'token'
const EXAMPLE_ID = 'ada'
const PATH_PARAMETERS: { readonly [name: string]: { description: string; schema: Schema } } = {
  id: {
    description:
      'Of the user: 1 to 256 bytes of UTF-8 without control characters, percent-encoded; a slash is written `%2F`',
    schema: { type: 'string', minLength: 1, examples: [EXAMPLE_ID] }
  },
  task: { description: '`id` of a task', schema: { type: 'string', examples: ['leave-1'] } },
  script: { description: 'Name of a module', schema: { type: 'string', examples: ['main.js'] } }
}

export function openApiOf(routes: readonly RouteDescription[], options: OpenApiOptions): OpenApi {
  const schemas = new Schemas(routes)
  const paths: Record<string, { [M in Method]?: Operation }> = {}
  for (const route of routes) {
    const path = route.path.replace(/\/:(\w+)/g, '/{$1}')
    paths[path] ??= {}
    paths[path][route.method.toLowerCase() as Method] = operationOf(route, schemas, options)
  }
  return {
    openapi: '3.1.1',
    info: { title: 'anillo', version: options.version, description: INTRODUCTION },
    servers: [{ url: '/', description: 'The peer that gave this description' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: schemas.named,
      headers: Object.fromEntries(
        Object.entries(ANSWER_HEADERS).map(([name, description]) => [
          name,
          { description, schema: { type: 'string' } }
        ])
      ),
      ...(options.guarded && {
        securitySchemes: {
          [SCHEME]: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token of this peer, with the scope named'
          }
        }
      })
    }
  }
}

function operationOf(route: RouteDescription, schemas: Schemas, { guarded }: OpenApiOptions): Operation {
  const scope = guarded ? scopeNeeded(route.method, route.path) : undefined
  const parameters = parametersOf(route, schemas)
  return {
    operationId: route.operation,
    tags: [route.tag],
    summary: route.summary,
    ...(route.detail !== undefined && { description: route.detail }),
    ...(scope !== undefined && { security: [{ [SCHEME]: [scope] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body !== undefined && {
      requestBody: {
        required: true,
        content: contentOf(route.body.types, schemas.of(route.body.schema), route.body.example)
      }
    }),
    responses: { ...successesOf(route, schemas), ...failuresOf(route, schemas, scope !== undefined) }
  }
}

function parametersOf({ path, query, headers = [] }: RouteDescription, schemas: Schemas): Parameter[] {
  const inPath = [...path.matchAll(/\/:(\w+)/g)].map(
    ([, name]): Parameter => ({ name: name!, in: 'path', required: true, ...PATH_PARAMETERS[name!]! })
  )
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]): Parameter => {
    const { description = '', ...rest } = schemas.of(schema as z.ZodType)
    return { name, in: 'query', required: false, description, schema: rest }
  })
  const inHeader = headers.map(
    ({ name, what, schema }: RequestHeader): Parameter => ({
      name,
      in: 'header',
      required: false,
      description: what,
      schema: schemas.of(schema)
    })
  )
  return [...inPath, ...inQuery, ...inHeader]
}

function successesOf(route: RouteDescription, schemas: Schemas): Operation['responses'] {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]: [string, Answer]) => [
      status,
      {
        description: answer.what,
        headers: headersOf([...(answer.headers ?? []), ...(route.carries ?? [])]),
        ...(answer.schema !== undefined && {
          content: contentOf([answer.type ?? 'application/json'], schemas.of(answer.schema), answer.example)
        })
      }
    ])
  )
}

/** Errors of one status are one response, whose body says by its type which of them it is. */
function failuresOf(route: RouteDescription, schemas: Schemas, guarded: boolean): Operation['responses'] {
  const errors = errorsOf(route, guarded)
  const statuses = new Set(errors.map(name => statusOf(name, route.path)))
  return Object.fromEntries(
    [...statuses].map(status => {
      const names = errors.filter(name => statusOf(name, route.path) === status)
      const headers: AnswerHeader[] = [
        ...(status === 503 || status === 429 ? ['Retry-After' as const] : []),
        ...(guarded && (status === 401 || status === 403) ? ['WWW-Authenticate' as const] : []),
        ...(route.carries ?? [])
      ]
      const response = {
        description: names.map(name => ERROR_KINDS[name].title).join('. Or: '),
        headers: headersOf(headers),
        content: isOriginal(route.path)
          ? contentOf(['application/json'], schemas.of(originalError))
          : contentOf(['application/problem+json'], narrowed(schemas.of(problem), status, names))
      }
      return [status, response]
    })
  )
}

function narrowed(schema: Schema, status: number, names: readonly HttpErrorName[]): Schema {
  return {
    allOf: [schema, { properties: { status: { const: status }, type: { enum: names.map(problemType) } } }]
  }
}

function headersOf(names: readonly AnswerHeader[]): { [name: string]: { $ref: string } } {
  return Object.fromEntries(
    [...names, ...EVERY_ANSWER].map(name => [name, { $ref: `#/components/headers/${name}` }])
  )
}

function contentOf(types: readonly string[], schema: Schema, example?: unknown): Content {
  return Object.fromEntries(types.map(type => [type, { schema, ...(example !== undefined && { example }) }]))
}

/** Every schema that the routes name, as JSON Schema; one with an `id` becomes a component that the others refer to. */
class Schemas {
  readonly named: { readonly [name: string]: Schema }
  readonly #all: readonly z.ZodType[]
  readonly #converted: readonly Schema[]

  constructor(routes: readonly RouteDescription[]) {
    const used = routes.flatMap(({ query, headers = [], body, answers }) => [
      ...Object.values(query?.shape ?? {}),
      ...headers.map(header => header.schema),
      ...(body === undefined ? [] : [body.schema]),
      ...Object.values(answers).flatMap(answer => answer.schema ?? [])
    ]) as z.ZodType[]
    this.#all = [...new Set([...used, problem, originalError])]
    // In one go, as items of one tuple, so that a component is made once however often it is referred to.
    const { prefixItems, $defs = {} } = inComponents(
      z.toJSONSchema(z.tuple(this.#all as [z.ZodType]), {
        io: 'input', // what callers send, before it is transformed; and callers pass over members that they do not know
        unrepresentable: 'any', // a profile, whose meta says what it is
        override: ({ jsonSchema }) => {
          delete jsonSchema.id
          if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
        }
      })
    )
    this.#converted = prefixItems as Schema[]
    this.named = $defs as { [name: string]: Schema }
  }

  of(schema: z.ZodType): Schema {
    return this.#converted[this.#all.indexOf(schema)]!
  }
}

function inComponents(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))
}
