/**
 * An attachment for a form: when fields in it are found at fault (`aria-invalid`), the first of them takes the focus, so that it is read
 * out with what is wrong and can be put right where one is. It does so again at each attempt to send the form as it is.
 */
import { tick } from 'svelte'

const FAULT = '[aria-invalid="true"]'

export function leadsToFault(form: HTMLElement): () => void {
  const observer = new MutationObserver((changes) => {
    const changed = new Set(changes.map(({ target }) => target))
    const field = [...form.querySelectorAll<HTMLElement>(FAULT)].find((each) => changed.has(each))
    if (field) goTo(field)
  })
  observer.observe(form, { subtree: true, attributes: true, attributeFilter: ['aria-invalid'] })
  const again = async () => {
    await tick()
    const field = form.querySelector<HTMLElement>(FAULT)
    if (field) goTo(field)
  }
  form.addEventListener('submit', again)
  return () => {
    observer.disconnect()
    form.removeEventListener('submit', again)
  }
}

/** What is folded away is unfolded first: nobody can go to what they do not see. Into a group one goes by its first choice. */
function goTo(field: HTMLElement): void {
  const folded = field.closest('details')
  if (folded) folded.open = true
  ;(field.matches('fieldset') ? field.querySelector('input') : field)?.focus()
}
