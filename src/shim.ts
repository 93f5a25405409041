/**
 * What not every platform has: `Promise.withResolvers`, which libp2p 3 uses and Node 20 lacks, and the symbols of `using`, which
 * Node has and many browsers lack. The first import of the entries (library, client, binary), since it must have run before any
 * module that uses them is evaluated.
 */
defineSymbol('dispose')
defineSymbol('asyncDispose')

function defineSymbol(name: 'dispose' | 'asyncDispose'): void {
  if (Symbol[name] === undefined) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) })
}

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
