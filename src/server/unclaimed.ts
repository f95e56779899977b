import type { Duplex } from "node:stream";

/**
 * An upgrade that is left to the other owners of an HTTP server. Each of them may think that another one takes it: where
 * nobody has touched the transport after `timeout` milliseconds, `abandoned` is called. Until then its errors are heard,
 * since node:http has let go of it.
 */
export function leaveToOthers(transport: Duplex, timeout: number, abandoned: () => void): void {
  const ignore = (): void => {};
  const written = writtenTo(transport);
  const timer = setTimeout(() => {
    // node:http hands it out unread; to listen for data, to pipe, or to pause it changes that.
    const untouched = transport.readableFlowing === null && !transport.writableEnded;
    transport.off("error", ignore).off("close", onClose);
    if (untouched && writtenTo(transport) === written) abandoned();
  }, timeout);
  const onClose = (): void => clearTimeout(timer);
  transport.on("error", ignore).on("close", onClose);
}

const writtenTo = (transport: Duplex): number | undefined =>
  (transport as { readonly bytesWritten?: number }).bytesWritten;
