/**
 * What libp2p 3 uses and Node 20 does not have. The first import of the library's entry and of the binary, since it
 * must have run before any module of libp2p is evaluated.
 */
if (typeof Promise.withResolvers !== 'function') {
  Promise.withResolvers = function withResolvers<T>(this: PromiseConstructor) {
    let resolve!: (value: T | PromiseLike<T>) => void
    let reject!: (reason?: unknown) => void
    const promise = new this<T>((fulfil, fail) => {
      resolve = fulfil
      reject = fail
    })
    return { promise, resolve, reject }
  }
}
