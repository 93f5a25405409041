import type { EndedRequest, GatewayMetrics } from '../../src/gateway/exchange.ts'

/** Remembers what it was told of requests. */
export class FakeMetrics implements GatewayMetrics {
  readonly contentType = 'text/plain; version=0.0.4; charset=utf-8'
  inFlight = 0
  readonly ended: EndedRequest[] = []
  readonly requests = {
    began: () => {
      this.inFlight++
    },
    ended: (request: EndedRequest) => {
      this.inFlight--
      this.ended.push(request)
    }
  }

  async text(): Promise<string> {
    return '# HELP up Whether it is.\n# TYPE up gauge\nup 1\n'
  }
}
