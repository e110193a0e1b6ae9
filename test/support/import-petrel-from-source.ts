/** For `node --import`: `petrel` means the source in that process. */
import { petrelFromSource } from "./petrel-from-source.ts";

petrelFromSource();
