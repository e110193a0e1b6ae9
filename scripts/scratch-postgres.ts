/** `node scripts/scratch-postgres.ts`: a PostgreSQL to play with. Prints its URLs, and is gone when this process ends. */
import { startScratchPostgres } from "../test/support/scratch-postgres.ts";

const server = await startScratchPostgres();
console.log(`${server.url()}\n${server.socketUrl()}\nEnds with this process (Ctrl-C).`);
setInterval(() => undefined, 60_000);
