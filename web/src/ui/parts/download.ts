/**
 * Downloads that take a moment. A PDF is made when it is asked for, so the page fetches it, tells how it goes, and hands the
 * finished file to the browser: a refusal can then be said in words instead of replacing the page.
 */
import { ApiError } from '../../api'
import { errorOf } from '../../api/error'

/** What of the text a file cannot carry, and how often. */
export type Losses = Map<Loss, number>
const LOSSES = ['characters', 'picture', 'address', 'unknown', 'columns'] as const
export type Loss = (typeof LOSSES)[number]

/** Fetches a file of ours and saves it under the name the server gave it. Throws `ApiError` with the server's reason. */
export async function download(url: string, fallbackName: string): Promise<Losses> {
  let response: Response
  let body: Blob
  try {
    response = await fetch(url, { credentials: 'same-origin' })
    body = await response.blob()
  } catch (cause) {
    throw new ApiError(0, 'network_unreachable', `GET ${url} got no answer`, null, {}, { cause })
  }
  if (!response.ok) throw errorOf(response, await body.text())
  save(body, fileName(response.headers.get('content-disposition')) ?? fallbackName)
  return losses(response.headers.get('borrador-losses'))
}

/** Reads `characters=2, picture=1`; what this version does not know is left out. */
export function losses(header: string | null): Losses {
  const found: Losses = new Map()
  for (const part of header?.split(',') ?? []) {
    const [name, count] = part.trim().split('=')
    const loss = LOSSES.find((known) => known === name)
    if (loss && Number(count) > 0) found.set(loss, Number(count))
  }
  return found
}

/** Hands bytes to the browser as a file. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.hidden = true
  document.body.append(link) // some browsers follow only links that are in the page
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // the browser reads the bytes after the click has returned
}

/** The file name in a `Content-Disposition`: the UTF-8 form of RFC 6266 first, then the plain one; `null` when there is none. */
export function fileName(disposition: string | null): string | null {
  const encoded = disposition?.match(/filename\*=UTF-8''([^;]+)/i)?.[1]
  if (encoded) {
    try {
      return decodeURIComponent(encoded.trim())
    } catch {
      // Badly encoded: the plain form may still be right.
    }
  }
  return disposition?.match(/filename="([^"]+)"/i)?.[1] ?? null
}
