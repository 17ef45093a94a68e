/** What has been: sealed drafts and who wrote what. Pure values; the pages draw them. */
export { authorship } from './attribution'
export type { ActorWords, Author, Authorship } from './attribution'
export { fingerprint } from './milestone'
