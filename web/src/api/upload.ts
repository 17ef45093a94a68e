/** A file on its way to the server, with news of how far it is: what `fetch` does not tell yet, `XMLHttpRequest` does. */
import { ApiError } from './error'

export interface Upload {
  /** The part that has left, from 0 to 1. */
  onProgress(part: number): void
  signal: AbortSignal
}

/** The answer with its body. Rejects with [[ApiError]] when none comes, or when `signal` gives up (`upload_given_up`). */
export function upload(url: string, file: Blob, headers: Record<string, string>, { onProgress, signal }: Upload): Promise<[Response, string]> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const fail = (code: string) => () => reject(new ApiError(0, code, `POST ${url} got no answer`, null))
    request.open('POST', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0))
    request.addEventListener('error', fail('network_unreachable'))
    request.addEventListener('abort', fail('upload_given_up'))
    request.addEventListener('load', () => {
      const told = new Headers()
      for (const line of request.getAllResponseHeaders().trim().split(/[\r\n]+/)) {
        const colon = line.indexOf(':')
        if (colon > 0) told.append(line.slice(0, colon), line.slice(colon + 1).trim())
      }
      resolve([new Response(null, { status: request.status, statusText: request.statusText, headers: told }), request.responseText])
    })
    signal.addEventListener('abort', () => request.abort())
    request.send(file)
  })
}
