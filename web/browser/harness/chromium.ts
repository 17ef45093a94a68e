/** Debian's Chromium, driven by playwright-core, which brings no browser of its own. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const FLAGS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

/** Throws, with the command that helps, when there is no Chromium. */
export async function launchChromium(more: string[] = []): Promise<Browser> {
  const executablePath = process.env.BORRADOR_CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) {
    throw new Error(`There is no Chromium at ${executablePath}. Install it (on Debian: apt-get install chromium), or name one in BORRADOR_CHROMIUM.`)
  }
  return chromium.launch({ executablePath, args: [...FLAGS, ...more] })
}
