/** Every command that docs/getting-started.md shows is run here. */
import { test } from 'node:test'
import { playStory } from './story.ts'

test('docs/getting-started.md shows commands that do what it says, from its beginning to its end', async () => {
  await playStory('docs/getting-started.md')
})
