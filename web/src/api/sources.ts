/** Sources that a paper cites, and pictures that it shows. A citation is a mark `citation:ID` in the text; the record is here. */
import { ifMatch, path } from './address'
import { array, boolean, integer, nullable, object, oneOf, string } from './parse'
import type { Parsed } from './parse'
import { json, type Requester } from './request'

export const source = object({
  /** 16 hexadecimal digits. */
  id: string,
  author: string,
  title: string,
  year: string,
  link: string,
  note: string,
  /** Offered no more; whatever cites it still finds it. */
  unused: boolean,
  version: integer,
  /** Where the paper cites it now, in the order of its chapters. */
  cited: array(object({ text: string, chapter: string, language: string, paragraph: string })),
})
export type Source = Parsed<typeof source>
export type SourceWords = Pick<Source, 'author' | 'title' | 'year' | 'link' | 'note'>

const sources = object({ sources: array(source), may_add: boolean, next: nullable(string) })
export interface Sources {
  sources: Source[]
  may_add: boolean
}

export const picture = object({ blob: string, kind: oneOf('png', 'jpeg'), width: integer, height: integer, size_bytes: integer, url: string })
export type Picture = Parsed<typeof picture>

/** What the service takes, unless its operator said otherwise: a first look saves people an upload. */
export const PICTURE_BYTES = 10 * 1024 * 1024
export const PICTURE_TYPES: readonly string[] = ['image/png', 'image/jpeg']

export function sourceRoutes({ pages, create, put, removed, bring }: Requester) {
  return {
    sources: async (slug: string): Promise<Sources> => {
      const all = await pages(path`/papers/${slug}/sources`, json(sources))
      return { sources: all.flatMap((page) => page.sources), may_add: all[0].may_add }
    },
    addSource: (slug: string, words: SourceWords) => create(path`/papers/${slug}/sources`, json(source), words),
    changeSource: (slug: string, id: string, version: number, words: SourceWords) =>
      put(path`/papers/${slug}/sources/${id}`, json(source), words, ifMatch(version)),
    retireSource: (slug: string, { id, version }: Source) => removed(path`/papers/${slug}/sources/${id}`, json(source), ifMatch(version)),
    /** `onProgress`: the part that has left, from 0 to 1. */
    bringPicture: (slug: string, file: File, onProgress: (part: number) => void, signal: AbortSignal) =>
      bring(path`/papers/${slug}/images`, json(picture), file, { onProgress, signal }),
  }
}
