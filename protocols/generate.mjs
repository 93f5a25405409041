// Makes the codec beside each .proto. The generated code predates exactOptionalPropertyTypes, hence ts-nocheck:
// its exported types are checked where they are used.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const folder = new URL('.', import.meta.url)
const protos = readdirSync(folder).filter(name => name.endsWith('.proto'))
for (const proto of protos) {
  execFileSync('npx', ['protons', `protocols/${proto}`], { cwd: new URL('..', folder), stdio: 'inherit' })
  const generated = new URL(proto.replace('.proto', '.ts'), folder)
  writeFileSync(
    generated,
    `// @ts-nocheck: generated from ${proto} by \`npm run generate\`\n${readFileSync(generated, 'utf8')}`
  )
}
