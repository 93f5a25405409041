/** Does `work` for every item, at most `limit` at once, and ends when all is done or the first one fails. */
export async function parallel<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<unknown>
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value)
  }
  await Promise.all(Array.from({ length: limit }, worker))
}
