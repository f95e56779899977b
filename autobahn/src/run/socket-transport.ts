import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Transport } from "../fuzzer/transport.ts";

const lingering = 2000;

/** A TCP or TLS connection as the fuzzer wants it: writes of one turn leave in one piece, nothing is delayed. */
export function socketTransport(socket: Socket): Transport {
  let gathered: Buffer[] = [];
  socket.setNoDelay(true);

  const flush = (): void => {
    const parts = gathered;
    gathered = [];
    if (parts.length === 0 || socket.destroyed) return;
    socket.write(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
  };

  return {
    write(bytes) {
      if (gathered.length === 0) process.nextTick(flush);
      gathered.push(bytes);
    },
    end() {
      flush();
      socket.destroySoon();
      // A peer that does not read would keep what is left from leaving, and the connection from ending.
      setTimeout(() => socket.destroy(), lingering).unref();
    },
    reset() {
      gathered = [];
      // TLS knows no reset of its own.
      if (socket instanceof TLSSocket) socket.destroy();
      else socket.resetAndDestroy();
    },
  };
}
