/**
 * The parts of a paper, as its navigation names them. A page of the review appears by itself once the router knows its
 * address.
 */
import type { MessageId } from '../../i18n'
import { parse, paths } from './router'

/** The pages of the review, in the order in which people go through them. */
export const REVIEW_PAGES = ['review', 'desk', 'amendments', 'brackets', 'matrix', 'positions', 'silence', 'answers'] as const
export type ReviewPage = (typeof REVIEW_PAGES)[number]

/** The parts of a paper. */
export type PaperPart = 'text' | 'review' | 'milestones'

export interface SectionLink {
  name: MessageId
  href: string
  current: boolean
}

export function reviewLinks(slug: string, current: ReviewPage | null): SectionLink[] {
  return REVIEW_PAGES.flatMap((page) => {
    const href = addressOf(slug, page)
    return href === null ? [] : [{ name: `section-${page}` as const, href, current: page === current }]
  })
}

/** Where a page of the review is; `null` while there is none. */
export function addressOf(slug: string, page: ReviewPage): string | null {
  const known = (path: string) => parse(path).page !== 'lost'
  return [paths.procedure(slug, page), `${paths.paper(slug)}/${page}`].find(known) ?? null
}

export function paperLinks(slug: string, current: PaperPart): SectionLink[] {
  return [
    { name: 'section-text', href: paths.paper(slug), current: current === 'text' },
    { name: 'section-rounds', href: paths.procedure(slug, 'review'), current: current === 'review' },
    { name: 'section-milestones', href: paths.milestones(slug), current: current === 'milestones' },
  ]
}
