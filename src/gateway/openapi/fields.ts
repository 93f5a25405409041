/** A JSON Schema as the list of members that a person reads. */
import type { Schema } from './openapi.ts'

export interface Field {
  readonly name: string
  /** In words: `string or null`. */
  readonly type: string
  readonly required: boolean
  readonly what: string
  readonly fields: readonly Field[]
}

export type Components = { readonly [name: string]: Schema }

/** The members of an object, or of the objects in a list; none of anything else. */
export function fieldsOf(schema: Schema, components: Components): Field[] {
  const found = resolved(schema, components)
  const item = found.items === undefined ? undefined : (found.items as Schema)
  if (item !== undefined) return fieldsOf(item, components)
  const either = found.anyOf?.find(option => fieldsOf(option as Schema, components).length > 0)
  if (either !== undefined) return fieldsOf(either as Schema, components)
  return Object.entries(found.properties ?? {}).map(([name, member]) => ({
    name,
    type: typeOf(member as Schema, components),
    required: found.required?.includes(name) ?? false,
    what: resolved(member as Schema, components).description ?? '',
    fields: fieldsOf(member as Schema, components)
  }))
}

export function typeOf(schema: Schema, components: Components): string {
  const found = resolved(schema, components)
  if (found.const !== undefined) return JSON.stringify(found.const)
  if (found.anyOf !== undefined) {
    return [...new Set(found.anyOf.map(option => typeOf(option as Schema, components)))].join(' or ')
  }
  if (found.enum !== undefined) {
    return found.enum.map(value => (value === '' ? 'empty' : String(value))).join(', ')
  }
  if (found.type === 'array') return `list of ${typeOf(found.items as Schema, components)}`
  const types = [found.type ?? 'anything'].flat().join(' or ')
  if (found.format === 'date-time') return `${types}, ISO 8601 in UTC`
  if (found.type === 'integer' && found.maximum !== undefined) return `${found.minimum} to ${found.maximum}`
  return types
}

/** A reference replaced by what it names; what is said beside it goes before what is said there. */
function resolved(schema: Schema, components: Components): Schema {
  if (schema.$ref === undefined) return schema
  const { $ref, ...beside } = schema
  return { ...components[$ref.slice($ref.lastIndexOf('/') + 1)], ...beside }
}
