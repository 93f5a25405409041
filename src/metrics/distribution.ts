/** A histogram or summary of libp2p. */
import type { HistogramGroup, HistogramOptions, Histogram as Single, SummaryOptions } from '@libp2p/interface'
import { Histogram, type Registry, Summary } from 'prom-client'

export interface DistributionInit {
  readonly type: 'histogram' | 'summary'
  readonly name: string
  readonly help: string
  /** Under which the keys are; undefined: there are none. */
  readonly label: string | undefined
  readonly options: HistogramOptions & SummaryOptions
  readonly registry: Registry
}

export class Distribution {
  readonly single: Single
  readonly group: HistogramGroup

  constructor({ type, name, help, label, options, registry }: DistributionInit) {
    const { buckets, percentiles, maxAgeSeconds, ageBuckets } = options
    const common = { name, help, labelNames: label === undefined ? [] : [label], registers: [registry] }
    const metric =
      type === 'histogram'
        ? new Histogram<string>({ ...common, ...(buckets && { buckets }) })
        : new Summary<string>({
            ...common,
            ...(percentiles && { percentiles }),
            ...(maxAgeSeconds && { maxAgeSeconds }),
            ...(ageBuckets && { ageBuckets })
          })
    const reset = () => metric.reset()
    const labels = (key: string) => (label === undefined ? {} : { [label]: key })
    this.single = { reset, observe: value => metric.observe(value), timer: () => metric.startTimer() }
    this.group = {
      reset,
      observe: values => {
        for (const [key, value] of Object.entries(values)) metric.observe(labels(key), value!)
      },
      timer: key => metric.startTimer(labels(key))
    }
  }
}
