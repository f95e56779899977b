import type { Message, ServerOptions, ServerSocket } from "../../src/index.ts";

/** What the hooks of a server were told, in order, and a way to wait for it. */
export class Log {
  readonly entries: string[] = [];
  readonly errors: unknown[] = [];
  #watchers: Set<() => void> = new Set();

  /** The options with hooks that write the log; messages are echoed where there is no hook for them. */
  watch(options: ServerOptions): ServerOptions {
    const echo = (socket: ServerSocket, message: Message): void => {
      if (socket.state === "open") socket.send(message);
    };
    return {
      ...options,
      open: (socket, request) => {
        this.add(`open ${request.path}`);
        return options.open?.(socket, request);
      },
      ...(options.stream === undefined && {
        message: (socket: ServerSocket, message: Message) => {
          this.add(`${message.type} ${message.bytes.length}`);
          return options.message === undefined ? echo(socket, message) : options.message(socket, message);
        },
      }),
      close: (socket, code, reason) => {
        this.add(`close ${code}${reason === "" ? "" : ` ${reason}`}`);
        return options.close?.(socket, code, reason);
      },
      error: (error, socket) => {
        this.errors.push(error);
        this.add("error");
        options.error?.(error, socket);
      },
    };
  }

  add(entry: string): void {
    this.entries.push(entry);
    for (const watcher of this.#watchers) watcher();
  }

  /** Resolves once `count` entries begin with `start`, with the last of them. */
  until(start: string, count = 1): Promise<string> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        const entry = this.entries.filter((each) => each.startsWith(start))[count - 1];
        if (entry === undefined) return;
        this.#watchers.delete(watcher);
        resolve(entry);
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }
}
