/** What a browser keeps for a page, in memory, for tests; or a browser that keeps nothing. */
export class Drawer implements Storage {
  readonly #rows = new Map<string, string>()
  constructor(private readonly how: { forbidden?: boolean } = {}) {}

  get length(): number {
    return this.#rows.size
  }
  key(index: number): string | null {
    return [...this.#rows.keys()][index] ?? null
  }
  getItem(key: string): string | null {
    this.#mayI()
    return this.#rows.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.#mayI()
    this.#rows.set(key, value)
  }
  removeItem(key: string): void {
    this.#mayI()
    this.#rows.delete(key)
  }
  clear(): void {
    this.#rows.clear()
  }

  #mayI(): void {
    if (this.how.forbidden) throw new DOMException('The operation is insecure.', 'SecurityError')
  }
}
