/** Our own line drawings, on a field of 20 by 20, drawn with a stroke and no fill. */
export const drawings = {
  bold: 'M6 4h5a3 3 0 0 1 0 6H6zm0 6h6a3 3 0 0 1 0 6H6z',
  italic: 'M9 4h6M5 16h6M12 4 8 16',
  bullets: 'M8 5h8M8 10h8M8 15h8M4 5h.01M4 10h.01M4 15h.01',
  steps: 'M9 5h7M9 10h7M9 15h7M3.6 4 5 3.3v4M3.4 12.2c.6-1 2.3-.8 2.2.4-.1.9-1.2 1.3-2.2 2.6h2.4',
  quote: 'M4 4v12M8 6h8M8 10h8M8 14h5',
  link: 'm8.5 11.5 3-3M9 6l1.5-1.5a3.2 3.2 0 0 1 4.5 4.5L13.5 10.5M11 14l-1.5 1.5A3.2 3.2 0 0 1 5 11L6.5 9.5',
  brackets: 'M8 4H5v12h3M12 4h3v12h-3M8 10h4',
  note: 'M4 5h8M4 9h8M4 13h5M15 4v5m0 0-1.4-1m1.4 1 1.4-1M13 16h4',
  table: 'M4 4h12v12H4zM4 8.5h12M4 12.5h12M9 4v12',
  picture: 'M4 4h12v12H4zM4 13l3.5-3.5L11 13l2-2 3 3M12.5 7.5h.01',
  cite: 'M5 4h9v12H5zM8 4v12M10.5 7.5h1.5M10.5 10.5h1.5',
  comment: 'M4 4h12v9H9l-4 3v-3H4z',
  author: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17c.5-3.5 3-5 6-5s5.5 1.5 6 5',
  undo: 'M4 8h8a4 4 0 0 1 0 8H8M4 8l3.5-3.5M4 8l3.5 3.5',
  redo: 'M16 8H8a4 4 0 0 0 0 8h4M16 8l-3.5-3.5M16 8l-3.5 3.5',
  text: 'M4 4h12M4 8h12M4 12h12M4 16h7',
  propose: 'M4 5h8M4 9h5M4 13h3m3 3 6.5-6.5-2-2L8 14v2z',
  pen: 'm12 4 4 4-8 8H4v-4z',
  close: 'M5 5l10 10M15 5 5 15',
  down: 'm5 8 5 5 5-5',
} as const

export type Drawing = keyof typeof drawings
