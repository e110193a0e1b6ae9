/** Asks a server to cancel what one of its sessions is running, over a socket of its own (TLS when the session has it). */
import type { ConnectConfig, Host } from "./config.ts";
import { ByteWriter } from "../protocol/byte-writer.ts";
import { writeCancelRequest } from "../protocol/write.ts";
import { openEncrypted, openPlain } from "./socket.ts";

export interface CancelKey {
  readonly processId: number;
  readonly secretKey: Buffer;
}

const patienceMs = 5000;

/** Resolves when the server has closed the socket, and with it has passed the request on; also when it could not be reached. Never rejects. */
export const cancelRunning = async (host: Host, config: ConnectConfig, isEncrypted: boolean, key: CancelKey): Promise<void> => {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const wire = await (isEncrypted ? openEncrypted(host, config, signal) : openPlain(host, config, signal));
    const writer = new ByteWriter();
    writeCancelRequest(writer, key.processId, key.secretKey);
    await new Promise<void>((resolve) => {
      const stop = (): void => wire.destroy();
      signal.addEventListener("abort", stop, { once: true });
      wire.onEnd = () => resolve();
      wire.write(writer.take(), () => writer.written());
    });
  } catch {
    // The statement then runs to its own end, or its connection is given up.
  }
};
