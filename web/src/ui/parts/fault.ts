/**
 * An attachment for a form: when a field in it is found at fault (`aria-invalid`), that field takes the focus, so that it is read out and
 * can be put right where one is.
 */
export function leadsToFault(form: HTMLElement): () => void {
  const observer = new MutationObserver((changes) => {
    const field = changes.map(({ target }) => target).find((each) => each instanceof HTMLElement && each.getAttribute('aria-invalid') === 'true')
    if (field instanceof HTMLElement) field.focus()
  })
  observer.observe(form, { subtree: true, attributes: true, attributeFilter: ['aria-invalid'] })
  return () => observer.disconnect()
}
