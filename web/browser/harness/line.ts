/**
 * The line between the browsers and the server: a small TCP proxy on an address of its own, which stays when the server is started again.
 *
 * Tests are hard on the live connection of one person, found by the seat in its address (`GET /sync?seat=UUID`):
 * - `hold` keeps every byte in both directions until `release`: the connection lives, and nothing arrives;
 * - `cut` breaks it, and every new attempt, until `mend`.
 *
 * All else passes. A person without any network is `cut` here and offline in the browser (see `Person.losesConnection`).
 */
import { createServer, connect, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

interface Wire {
  /** The seat of a live connection; null for all other requests. */
  seat: string | null
  client: Socket
  server: Socket
}

export class Line {
  private port = 0
  private readonly wires = new Set<Wire>()
  private readonly held = new Set<string>()
  private readonly broken = new Set<string>()

  private constructor(private readonly proxy: Server) {
    proxy.on('connection', (client) => this.take(client))
  }

  static async open(): Promise<Line> {
    const proxy = createServer({ noDelay: true })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    return new Line(proxy)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`
  }

  leadsTo(port: number): void {
    this.port = port
  }

  /** How many live connections this seat has now. */
  connectionsOf(seat: string): number {
    return this.of(seat).length
  }

  hold(seat: string): void {
    this.held.add(seat)
    for (const { client, server } of this.of(seat)) {
      client.pause()
      server.pause()
    }
  }

  release(seat: string): void {
    this.held.delete(seat)
    for (const { client, server } of this.of(seat)) {
      client.resume()
      server.resume()
    }
  }

  cut(seat: string): void {
    this.broken.add(seat)
    for (const wire of this.of(seat)) this.drop(wire)
  }

  mend(seat: string): void {
    this.broken.delete(seat)
  }

  mendAll(): void {
    for (const seat of this.held) this.release(seat)
    this.broken.clear()
  }

  async close(): Promise<void> {
    for (const wire of this.wires) this.drop(wire)
    await new Promise<void>((resolve) => this.proxy.close(() => resolve()))
  }

  private of(seat: string): Wire[] {
    return [...this.wires].filter((wire) => wire.seat === seat)
  }

  private take(client: Socket): void {
    client.on('error', () => client.destroy()) // browsers leave as they like
    client.once('data', (first: Buffer) => {
      const seat = /^GET \/sync\?\S*seat=([0-9a-f-]{36})/.exec(first.toString('latin1'))?.[1] ?? null
      if (seat !== null && this.broken.has(seat)) client.destroy()
      else this.lay(client, seat, first)
    })
  }

  private lay(client: Socket, seat: string | null, first: Buffer): void {
    const server = connect({ port: this.port, host: '127.0.0.1', noDelay: true })
    const wire = { seat, client, server }
    this.wires.add(wire)
    server.write(first)
    for (const [from, to] of [[client, server], [server, client]] as const) {
      from.on('data', (bytes: Buffer) => to.write(bytes))
      from.on('end', () => to.end())
      from.on('error', () => this.drop(wire))
      from.on('close', () => this.drop(wire))
    }
    if (seat !== null && this.held.has(seat)) this.hold(seat)
  }

  private drop(wire: Wire): void {
    this.wires.delete(wire)
    wire.client.destroy()
    wire.server.destroy()
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
