/** The files that say who may use the gateway and with which certificate, read at the start and again on each SIGHUP. */
import { ConfigurationError } from '../errors.ts'
import type { AnilloPeer, HttpSecrets, TlsOptions } from '../peer.ts'
import type { Log } from '../runtime.ts'
import { OTHERS, readSecret } from './secret-file.ts'
import type { Terminal } from './terminal.ts'
import { readTokens } from './token-file.ts'

export interface GatewaySecretFiles {
  readonly tokenFile?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
}

export class GatewaySecrets implements Disposable {
  readonly #files: GatewaySecretFiles
  readonly #log: Log
  readonly #unsubscribe: () => void
  #peer: Pick<AnilloPeer, 'updateHttp'> | undefined
  /** A hang-up came while the peer was starting. */
  #again = false
  /** Readings one after another: an earlier state of a file must not arrive last. */
  #reading: Promise<void> = Promise.resolve()

  /** Where there is nothing to read again, a hang-up ends the process as ever. @throws ConfigurationError half of TLS */
  constructor(terminal: Terminal, files: GatewaySecretFiles, log: Log) {
    const { tokenFile, tlsCert, tlsKey } = files
    if ((tlsCert === undefined) !== (tlsKey === undefined)) {
      const [given, missing] =
        tlsKey === undefined ? ['--tls-cert', '--tls-key'] : ['--tls-key', '--tls-cert']
      throw new ConfigurationError(`${given} is given without ${missing}: HTTPS needs both, HTTP neither`)
    }
    this.#files = files
    this.#log = log
    const any = tokenFile !== undefined || tlsCert !== undefined
    this.#unsubscribe = any ? terminal.onHangup(() => this.#hungUp()) : () => {}
  }

  /** What the files say now. @throws ConfigurationError */
  async read(): Promise<HttpSecrets> {
    const tokens = await this.#tokens()
    const tls = await this.#tls()
    return { ...(tokens && { tokens }), ...(tls && { tls }) }
  }

  /** From now on the peer gets what a hang-up has read. */
  follow(peer: Pick<AnilloPeer, 'updateHttp'>): void {
    this.#peer = peer
    if (this.#again) this.#hungUp()
  }

  #hungUp(): void {
    const peer = this.#peer
    this.#again = true
    if (peer === undefined) return
    // Each for itself: a broken certificate is no reason to go on with a token that was taken away.
    this.#reading = this.#reading.then(async () => {
      await this.#renew('tokens', this.#files.tokenFile, async () =>
        peer.updateHttp({ tokens: await this.#tokens() })
      )
      await this.#renew('certificate and key', this.#files.tlsCert, async () =>
        peer.updateHttp({ tls: await this.#tls() })
      )
    })
  }

  async #renew(what: string, file: string | undefined, renew: () => Promise<void>): Promise<void> {
    if (file === undefined) return
    try {
      await renew()
      this.#log.info(`The ${what} of the gateway were read again`, { file })
    } catch (error) {
      this.#log.error(`The ${what} of the gateway stay as they were: what is there now cannot be used`, {
        file,
        error
      })
    }
  }

  async #tokens() {
    const { tokenFile } = this.#files
    return tokenFile === undefined ? undefined : readTokens(tokenFile)
  }

  async #tls(): Promise<TlsOptions | undefined> {
    const { tlsCert, tlsKey } = this.#files
    if (tlsCert === undefined || tlsKey === undefined) return undefined
    const [cert, key] = await Promise.all([
      readSecret(tlsCert, 'certificate', 0),
      readSecret(tlsKey, 'private key', OTHERS)
    ])
    return { cert, key }
  }

  [Symbol.dispose](): void {
    this.#unsubscribe()
  }
}
