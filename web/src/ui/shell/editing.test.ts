import { beforeEach, expect, test } from 'vitest'
import { kept } from '../parts/kept'
import { Drawer } from '../parts/testing/drawer'
import { draftOf, Editing } from './editing.svelte'

interface Plan {
  name: string
  about: string
  invited: string[]
}
const now: Plan = { name: 'First round', about: '', invited: ['AFR'] }
const slot = () => kept('ines', 'plan/r1', draftOf<Plan>(['name', 'about', 'invited']))
const opens = (server = now, version = 1) => new Editing(slot(), server, version)

beforeEach(() => void (globalThis.localStorage = new Drawer()))

function inesTypes(words: Partial<Plan>): Editing<Plan> {
  const editing = opens()
  Object.assign(editing.form, words)
  editing.keep()
  return editing
}

test('what Inés typed is there when the box is opened again, and nothing when she typed nothing', () => {
  inesTypes({ about: 'Read chapter 4 first.' })
  expect(opens().form).toEqual({ ...now, about: 'Read chapter 4 first.' })
  inesTypes({ about: '' })
  expect(localStorage.length).toBe(0)
})

test('Samir was first with something else: both are in the form, and it is sent upon his version', () => {
  const ines = inesTypes({ about: 'Read chapter 4 first.' })
  ines.rebase({ ...now, name: 'Round one', invited: ['AFR', 'MEWA'] }, 2)
  expect(ines.form).toEqual({ name: 'Round one', about: 'Read chapter 4 first.', invited: ['AFR', 'MEWA'] })
  expect([ines.merged, ines.contested, ines.version]).toEqual([true, [], 2])
})

test('Samir was first with the same: hers stays, and his is there to be shown, also after a reload', () => {
  inesTypes({ name: 'The first round' })
  const later = opens({ ...now, name: 'Round one' }, 2)
  expect([later.form.name, later.contested, later.now.name]).toEqual(['The first round', ['name'], 'Round one'])
})

test('both said the same: there is nothing to ask', () => {
  const ines = inesTypes({ name: 'Round one' })
  ines.rebase({ ...now, name: 'Round one' }, 2)
  expect(ines.contested).toEqual([])
  expect(localStorage.length).toBe(0)
})

test('a table is merged entry by entry: she names the component in French, he in Portuguese', () => {
  interface Named { name: Record<string, string> }
  const drawer = kept('ines', 'component/afr', draftOf<Named>(['name']))
  const ines = new Editing<Named>(drawer, { name: { es: 'África' } }, 1)
  ines.form.name.fr = 'Afrique'
  ines.rebase({ name: { es: 'África', pt: 'África' } }, 2)
  expect([{ ...ines.form.name }, ines.contested]).toEqual([{ es: 'África', pt: 'África', fr: 'Afrique' }, []])
})
