/** Where one does what the review asks. */
import type { ReviewTask } from '../../api'
import { paths } from '../shell/router'

export function placeOf({ kind, paper, round, silence }: ReviewTask): string {
  switch (kind) {
    case 'remark':
      return paths.paper(paper)
    case 'settle':
      return paths.brackets(paper)
    case 'remind':
    case 'announce':
      return paths.procedure(paper, 'review', round ?? undefined)
    case 'object':
      return paths.silence(paper, silence ?? undefined)
    case 'position':
    case 'reconfirm':
      return paths.positions(paper)
    case 'submit':
    case 'admit_amendments':
    case 'decide':
      return paths.amendments(paper)
    default:
      return paths.procedure(paper, 'desk')
  }
}
