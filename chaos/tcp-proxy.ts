import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A connection that has gone half-open, and when whoever made it gave it up. */
export interface HalfOpen {
  /** Milliseconds until the client closed it. */
  readonly noticed: Promise<number>;
}

/**
 * Stands between a node and its server, and does what networks do: cuts off, delays, goes dead without a word, or loses
 * the one answer that mattered.
 */
export class TcpProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #target: URL;
  #isCutOff = false;
  #swallow: { readonly what: readonly string[]; left: number; readonly done: () => void } | null = null;

  static async open(target: string): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, new URL(target));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (client) => this.#accept(client));
  }

  /** The target's address, by way of this proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** Nothing gets through in either direction, on any connection; `heal` delivers it all, late. */
  cutOff(): void {
    this.#isCutOff = true;
    for (const link of this.#links) link.hold();
  }

  heal(): void {
    this.#isCutOff = false;
    for (const link of this.#links) link.deliver();
  }

  /** The connections there are now lead nowhere from now on, and nobody is told. New ones are sound. */
  goHalfOpen(): readonly HalfOpen[] {
    const sound = [...this.#links].filter(({ isSound }) => isSound);
    return sound.map((link) => {
      const at = performance.now();
      link.discard();
      return { noticed: link.clientClosed.then(() => performance.now() - at) };
    });
  }

  /** Loses the next `count` answers to statements with one of these texts: executed, and the connection is gone. */
  swallowAnswersTo(what: readonly string[], count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#swallow = { what, left: count, done: resolve };
    return promise;
  }

  stopSwallowing(): void {
    this.#swallow?.done();
    this.#swallow = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const link of this.#links) link.destroy();
    await once(this.#server, "close");
  }

  #accept(client: Socket): void {
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const link = new Link(client, server, (sent) => this.#isToBeSwallowed(sent));
    if (this.#isCutOff) link.hold();
    this.#links.add(link);
    void link.closed.then(() => this.#links.delete(link));
  }

  #isToBeSwallowed(sent: string): boolean {
    const swallow = this.#swallow;
    if (swallow === null || !swallow.what.some((text) => sent.includes(text))) return false;
    swallow.left -= 1;
    if (swallow.left === 0) this.stopSwallowing();
    return true;
  }
}

/** PostgreSQL's last word on a statement outside a transaction: what it did is committed. */
const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** One connection through the proxy. */
class Link {
  readonly clientClosed: Promise<void>;
  readonly closed: Promise<unknown>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #isToBeSwallowed: (sent: string) => boolean;
  #mode: "pass" | "hold" | "discard" | "swallow" = "pass";
  #held: (() => void)[] = [];

  constructor(client: Socket, server: Socket, isToBeSwallowed: (sent: string) => boolean) {
    this.#client = client;
    this.#server = server;
    this.#isToBeSwallowed = isToBeSwallowed;
    const closing = [client, server].map((socket) => new Promise<void>((done) => socket.once("close", () => done())));
    this.clientClosed = closing[0] as Promise<void>;
    this.closed = Promise.all(closing);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
    }
    client.on("data", (chunk) => this.#fromClient(chunk));
    server.on("data", (chunk) => this.#fromServer(chunk));
    // A cut or dead line does not carry the news of an end either.
    client.on("close", () => this.#pass(() => server.end()));
    server.on("close", () => this.#pass(() => client.end()));
  }

  get isSound(): boolean {
    return this.#mode !== "discard" && !this.#client.destroyed;
  }

  hold(): void {
    if (this.#mode === "pass") this.#mode = "hold";
  }

  deliver(): void {
    if (this.#mode !== "hold") return;
    this.#mode = "pass";
    for (const send of this.#held.splice(0)) send();
  }

  discard(): void {
    this.#mode = "discard";
    this.#held = [];
  }

  destroy(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #fromClient(chunk: Buffer): void {
    if (this.#mode === "pass" && this.#isToBeSwallowed(chunk.toString("latin1"))) {
      this.#mode = "swallow";
      this.#server.write(chunk);
    } else {
      this.#pass(() => this.#server.write(chunk));
    }
  }

  #fromServer(chunk: Buffer): void {
    if (this.#mode === "swallow") {
      if (chunk.subarray(-readyForQuery.length).equals(readyForQuery)) this.destroy();
      return;
    }
    this.#pass(() => this.#client.write(chunk));
  }

  #pass(send: () => unknown): void {
    if (this.#mode === "hold") this.#held.push(() => void send());
    else if (this.#mode !== "discard") send();
  }
}
