/** Every command that docs/operations.md shows is run here: a member that is lost is replaced after half a minute. */
import { test } from 'node:test'
import { playStory } from '../story.ts'

test('docs/operations.md shows commands that do what it says, from its beginning to its end', async () => {
  await playStory('docs/operations.md')
})
