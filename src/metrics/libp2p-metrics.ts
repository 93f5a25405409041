/**
 * The metrics that libp2p's own parts report, in the registry of one peer. Not by `@libp2p/prometheus-metrics`: it takes
 * a registry, but keeps one table of metrics by name for the whole process, so that a second peer would count into those
 * of the first, and it clears prom-client's default registry, which belongs to whoever embeds us. Names are as there.
 */
import type {
  CalculateMetric,
  Counter,
  CounterGroup,
  HistogramGroup,
  HistogramOptions,
  Histogram as Libp2pHistogram,
  Metric,
  MetricGroup,
  MetricOptions,
  Metrics,
  MultiaddrConnection,
  Stream,
  Summary,
  SummaryGroup,
  SummaryOptions
} from '@libp2p/interface'
import type { Registry } from 'prom-client'
import { Distribution } from './distribution.ts'
import { Family } from './family.ts'
import { Instruments } from './instruments.ts'

type Calculated<T, O = MetricOptions> = O & { readonly calculate?: CalculateMetric<T> }
type Keyed = Record<string, number>

/** What libp2p registers without a word about it, or with a wrong one. */
const HELP: Record<string, string> = {
  libp2p_peer_store_locks: 'Peers whose entry in the peer store is locked',
  libp2p_upgrader_connection_encrypters: 'Ways to encrypt a connection that this host has',
  libp2p_upgrader_stream_multiplexers: 'Ways to divide a connection into streams that this host has',
  libp2p_transport_manager_transports: 'Transports that this host has',
  libp2p_transport_manager_listeners: 'Transports that listen',
  libp2p_dial_queue: 'Dials that run, and that wait for their turn',
  libp2p_registrar_topologies: 'Who waits to be told of peers that speak a protocol',
  libp2p_registrar_protocol_handlers: 'Protocols that this host answers',
  libp2p_address_manager_observed_addresses: 'Addresses that others say they see this host at',
  libp2p_address_manager_dns_mappings: 'Names that others may reach this host by',
  libp2p_address_manager_ip_mappings: 'Outer addresses that a router leads to this host',
  libp2p_address_manager_transport_addresses: 'Addresses of the transports that listen',
  libp2p_connection_manager_connections: 'Connections, by direction',
  libp2p_protocol_streams_total: 'Open streams, by direction and protocol',
  libp2p_connection_manager_protocol_streams_per_connection_90th_percentile:
    'Open streams of a connection, by direction and protocol: 90 of 100 connections have no more',
  libp2p_connection_manager_dials_total: 'Connections that were begun, by direction',
  libp2p_connection_manager_dial_errors_total: 'Connections that failed while they were made, by error',
  libp2p_connection_manager_dials_inbound_errors_total: 'Incoming connections that failed, by error',
  libp2p_connection_manager_dials_outbound_errors_total: 'Outgoing connections that failed, by error',
  libp2p_tcp_dialer_events_total: 'What became of dials over TCP',
  libp2p_tcp_dialer_errors_total: 'Dials over TCP that failed, by error',
  libp2p_tcp_inbound_connections_total: 'Open connections of a listening address',
  libp2p_tcp_listener_status_info: 'State of a listening address: 0 inactive, 1 active, 2 paused',
  libp2p_tcp_listener_errors_total: 'Errors of a listening address, by kind',
  libp2p_tcp_listener_events_total: 'Events of a listening address, by kind',
  libp2p_noise_xxhandshake_successes_total: 'Handshakes of noise that succeeded',
  libp2p_noise_xxhandshake_error_total: 'Handshakes of noise that failed',
  libp2p_noise_encrypted_packets_total: 'Packets that noise encrypted',
  libp2p_noise_decrypted_packets_total: 'Packets that noise decrypted',
  libp2p_noise_decrypt_errors_total: 'Packets that noise could not decrypt'
}

interface Traffic {
  sent: number
  received: number
}

export class Libp2pMetrics implements Metrics {
  readonly [Symbol.toStringTag] = '@anillo/libp2p-metrics'
  readonly #registry: Registry
  readonly #families = new Map<string, Family>()
  readonly #distributions = new Map<string, Distribution>()
  readonly #connections: Traffic = { sent: 0, received: 0 }
  /** Streams are of protocols that this host speaks, so they are few. */
  readonly #protocols = new Map<string, Traffic>()

  constructor(registry: Registry) {
    this.#registry = registry
    const make = new Instruments(registry)
    const both = <L extends string>(labels: Record<L, string>, { sent, received }: Traffic) =>
      [
        [{ ...labels, direction: 'sent' }, sent],
        [{ ...labels, direction: 'received' }, received]
      ] as const
    make.countersOf(
      'libp2p_connection_bytes_total',
      'Bytes over all connections, as they are on the wire',
      ['direction'],
      () => both({}, this.#connections)
    )
    make.countersOf(
      'libp2p_data_transfer_bytes_total',
      'Bytes over the streams of a protocol, before encryption',
      ['protocol', 'direction'],
      () => [...this.#protocols].flatMap(([protocol, traffic]) => both({ protocol }, traffic))
    )
  }

  /** Values that are worked out when somebody wants them. */
  async refresh(): Promise<void> {
    for (const family of this.#families.values()) await family.refresh()
  }

  trackMultiaddrConnection(connection: MultiaddrConnection): void {
    track(connection, this.#connections)
  }

  trackProtocolStream(stream: Stream): void {
    const { protocol } = stream
    if (!protocol) return
    const traffic = this.#protocols.get(protocol) ?? { sent: 0, received: 0 }
    this.#protocols.set(protocol, traffic)
    track(stream, traffic)
  }

  registerMetric(name: string, options: Calculated<number> = {}): Metric {
    const family = this.#single('gauge', name, options)
    return {
      update: value => family.set('', value),
      increment: (value = 1) => family.add('', value),
      decrement: (value = 1) => family.add('', -value),
      reset: () => family.reset(),
      timer: () => family.timer('')
    }
  }

  registerMetricGroup(name: string, options: Calculated<Keyed> = {}): MetricGroup {
    const family = this.#group('gauge', name, options)
    return {
      update: values => each(values, (key, value) => family.set(key, value)),
      increment: values => each(values, (key, value) => family.add(key, value)),
      decrement: values => each(values, (key, value) => family.add(key, -value)),
      reset: () => family.reset(),
      timer: key => family.timer(key)
    }
  }

  registerCounter(name: string, options: Calculated<number> = {}): Counter {
    const family = this.#single('counter', name, options)
    return { increment: (value = 1) => family.add('', value), reset: () => family.reset() }
  }

  registerCounterGroup(name: string, options: Calculated<Keyed> = {}): CounterGroup {
    const family = this.#group('counter', name, options)
    return {
      increment: values => each(values, (key, value) => family.add(key, value)),
      reset: () => family.reset()
    }
  }

  registerHistogram(name: string, options: HistogramOptions = {}): Libp2pHistogram {
    return this.#distribution('histogram', name, options, undefined).single
  }

  registerHistogramGroup(name: string, options: HistogramOptions = {}): HistogramGroup {
    return this.#distribution('histogram', name, options, labelOf(options)).group
  }

  registerSummary(name: string, options: SummaryOptions = {}): Summary {
    return this.#distribution('summary', name, options, undefined).single
  }

  registerSummaryGroup(name: string, options: SummaryOptions = {}): SummaryGroup {
    return this.#distribution('summary', name, options, labelOf(options)).group
  }

  /** Traces are another tool's. */
  // biome-ignore lint/suspicious/noExplicitAny: as libp2p declares it
  traceFunction<F extends (...args: any[]) => any>(_name: string, traced: F): F {
    return traced
  }

  createTrace(): undefined {}

  #single(type: 'gauge' | 'counter', name: string, options: Calculated<number>): Family {
    const { calculate } = options
    const family = this.#family(type, name, options, undefined)
    if (calculate !== undefined) family.calculate(async () => ({ '': await calculate() }))
    return family
  }

  #group(type: 'gauge' | 'counter', name: string, options: Calculated<Keyed>): Family {
    const family = this.#family(type, name, options, labelOf(options))
    if (options.calculate !== undefined) family.calculate(options.calculate)
    return family
  }

  #family(
    type: 'gauge' | 'counter',
    name: string,
    options: MetricOptions,
    label: string | undefined
  ): Family {
    const init = { type, name, help: helpOf(name, options), label, registry: this.#registry }
    const family = this.#families.get(name) ?? new Family(init)
    this.#families.set(name, family)
    return family
  }

  #distribution(
    type: 'histogram' | 'summary',
    name: string,
    options: HistogramOptions & SummaryOptions,
    label: string | undefined
  ): Distribution {
    const init = { type, name, help: helpOf(name, options), label, options, registry: this.#registry }
    const distribution = this.#distributions.get(name) ?? new Distribution(init)
    this.#distributions.set(name, distribution)
    return distribution
  }
}

function helpOf(name: string, { help }: MetricOptions): string {
  return HELP[name] ?? help ?? `As libp2p reports it: ${name.replaceAll('_', ' ')}`
}

/** Where libp2p says no label its keys still need one. */
function labelOf({ label = 'kind' }: MetricOptions): string {
  return label.replaceAll(/[^a-zA-Z0-9_]+/g, '_')
}

function each(
  values: Partial<Record<string, number | true>>,
  use: (key: string, value: number) => void
): void {
  for (const [key, value] of Object.entries(values)) use(key, typeof value === 'number' ? value : 1)
}

/** Counts what passes. No listener is added: the first one of a stream makes it hand out what it has read. */
function track(stream: Pick<Stream, 'send' | 'dispatchEvent'>, traffic: Traffic): void {
  const { send, dispatchEvent } = stream
  stream.send = data => {
    traffic.sent += data.byteLength
    return send.call(stream, data)
  }
  stream.dispatchEvent = event => {
    if (event.type === 'message') {
      traffic.received += (event as MessageEvent<{ readonly byteLength: number }>).data.byteLength
    }
    return dispatchEvent.call(stream, event)
  }
}
