/** The server's HTTP routes and events, typed and checked. Start at `client.ts`; the shapes are in `model.ts`. */
export { AMENDMENT_STATES } from './amendments'
export type { Amendment, AmendmentState, Decision, Outcome, RedBlock, Revision, Stance, Touch } from './amendments'
export { SIDES, WANTS } from './brackets'
export type { Bracket, Brackets, End, NewBracket, Settling, Side } from './brackets'
export { createApi } from './client'
export type { ComparedChapter, ComparedEntry, ComparedPassage, ComparedPoint, ComparedRun, ComparedSource, Comparison, SamePassage } from './comparing'
export type { Api, FileFormat, FileView } from './client'
export { ApiError, errorOf } from './error'
export { listenToPaper } from './events'
export type { EventOptions, PaperEventHandlers } from './events'
export { KINDS, MOST_NEW, OUTCOMES } from './matrix'
export type { Answer, BroughtMatrix, Foreseen, Kind, Line, MatrixIndex, MatrixRow, Outcome as AnswerOutcome, RowMark } from './matrix'
export type {
  Anchor, Attribution, Audience, Block, Chapter, ChapterRights, ChapterText, Comment, Component, Me, Milestone, Paper, PaperEvents,
  PaperRights, PaperSummary, Pen, Person, Run, Seat, SetAside, Text, Thread, Translated,
} from './model'
export type { ComponentWords, Invitation, InvitationWords, KeptPerson, KeptSeat, LinkMade, PersonWords, SeatFunction, SeatWords, ServiceRole } from './people'
export type { Asks, Coverage, Notice, Phase, Reminded, ReviewTask, Round, RoundPlan, Standing, Visibility } from './rounds'
export { STANCES, needsReason } from './positions'
export type { NewPosition, Position, Positions, Said, Stance as PositionStance, Subject } from './positions'
export type { NewSilence, Silence, Silences } from './silences'
export type { AnsweredItem, AnswerTally, Reply, StatedPosition } from './answers'
