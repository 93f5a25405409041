/** A process that opens the data directory of its first argument, says its pid and boot number, and stays. */
import { systemRandom } from '../../src/runtime.ts'
import { openDataDirectory } from '../../src/storage/data-directory.ts'

const { identity } = await openDataDirectory(process.argv[2]!, { random: systemRandom }, { onFailure() {} })
process.stdout.write(`${process.pid} ${identity.boot}\n`)
setInterval(() => {}, 1_000)
