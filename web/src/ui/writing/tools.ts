/** The styles a paragraph can be given, and how a shortcut is written. */

export const styles = ['numbered', 'paragraph', 'heading2', 'heading3', 'quote', 'unordered', 'ordered'] as const
export type Style = (typeof styles)[number]

/** "Bold (Ctrl+B)", or "Bold (⌘B)" on Apple's machines. `key` is the letter, `⇧` before it for Shift. */
export function shortcut(name: string, key: string, apple: boolean = onApple()): string {
  const keys = apple ? `⌘${key}` : `Ctrl+${key.replace('⇧', 'Shift+')}`
  return `${name} (${keys})`
}

function onApple(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
}
