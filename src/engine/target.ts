/** The server that a database lies on, as its driver was told. */
import type { DriverFeatures, Target } from "../driver/features.ts";
import type { TransactionHost } from "./transactions/transaction-host.ts";

/** `null` for databases in the process. Where several hosts are configured it is the first of them. */
export const targetOf = ({ driver }: Pick<TransactionHost, "driver">): Target | null => (driver as DriverFeatures).target ?? null;
