/** The dashboard in a browser: how tests open it, and what they look for on it. */
import type { Browser, Page } from 'playwright-core'

/** A page of a loaded machine may be slow; what has to be quick is measured apart. */
const WAIT_MS = 30_000
/** A page whose every complaint is kept. */
export async function opened(
  browser: Browser,
  url: string,
  options: { colorScheme?: 'light' | 'dark'; width?: number } = {}
): Promise<{ page: Page; complaints: string[] }> {
  const { colorScheme = 'light', width = 1280 } = options
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: 'reduce'
  })
  page.setDefaultTimeout(WAIT_MS)
  const complaints: string[] = []
  page.on('console', message => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', error => complaints.push(String(error)))
  await page.goto(`${url}/ui`)
  await page.waitForSelector('.place')
  return { page, complaints }
}

/** Runs in the page: words whose contrast to what is behind them is below 4.5 (WCAG 2.2, 1.4.3), of HTML and of the drawing. */
export function faintTexts(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!
  const rgb = (colour: string): number[] => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (colour: number[]) => {
    const [r = 0, g = 0, b = 0] = colour.map(part => {
      const c = part / 255
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const behind = (element: Element): number[] => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor)
      if (colour[3] === 255) return colour
    }
    return [255, 255, 255, 255]
  }
  const faint: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some(
      ({ nodeType, data }: ChildNode & { data?: string }) => nodeType === 3 && data?.trim()
    )
    const { visibility, color, fill } = getComputedStyle(element)
    if (!own || visibility === 'hidden' || element.getClientRects().length === 0) continue
    const [a, b] = [luminance(rgb(element instanceof SVGElement ? fill : color)), luminance(behind(element))]
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
    if (contrast < 4.5)
      faint.push(
        `${element.tagName}.${element.getAttribute('class')} ${element.textContent}: ${contrast.toFixed(2)}`
      )
  }
  return faint
}
