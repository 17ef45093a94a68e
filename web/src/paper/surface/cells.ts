/**
 * Typing, cutting and composing over a selection that crosses cells: the words go, the cells stay. Commands see to their own keys; this
 * plugin sees to what comes by other ways.
 */
import { Plugin } from 'prosemirror-state'
import { clearAcrossCells, clearedAcross, crossesCells } from './tables'

export function cells(): Plugin {
  return new Plugin({
    props: {
      handleTextInput: (view, _from, _to, text) => {
        const { state } = view
        if (!crossesCells(state.selection)) return false
        view.dispatch(clearedAcross(state.tr, state.selection).insertText(text).scrollIntoView())
        return true
      },
      handleDOMEvents: {
        compositionstart: (view) => {
          if (view.editable) clearAcrossCells(view.state, (tr) => view.dispatch(tr))
          return false
        },
        cut: (view, event) => {
          if (!view.editable || !event.clipboardData || !crossesCells(view.state.selection)) return false
          const { dom, text } = view.serializeForClipboard(view.state.selection.content())
          event.preventDefault()
          event.clipboardData.clearData()
          event.clipboardData.setData('text/html', dom.innerHTML)
          event.clipboardData.setData('text/plain', text)
          clearAcrossCells(view.state, (tr) => view.dispatch(tr.setMeta('uiEvent', 'cut')))
          return true
        },
      },
    },
  })
}
