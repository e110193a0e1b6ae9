/** A standby that streams from a scratch PostgreSQL: its files are copied by the low-level backup, since the npm package has no pg_basebackup. */
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEngine } from "../../src/entry/index.ts";
import { until } from "./waiting.ts";
import { scratchUser, startScratchPostgres } from "./scratch-postgres.ts";
import type { Account, ScratchOptions, ScratchPostgres } from "./scratch-postgres.ts";

/** What a primary needs so that standbys may stream from it. */
export const replicating: ScratchOptions = { hba: ["local replication all trust"], settings: { synchronous_commit: "on" } };

const copyCluster = async (primary: ScratchPostgres, data: string, account: Account | null): Promise<void> => {
  await using engine = await createEngine(primary.socketUrl(), { maxConnections: 1 });
  const label = await engine.transaction(async (session) => {
    await session.executeRaw("SELECT pg_backup_start('standby', true)");
    execFileSync("cp", ["-R", join(primary.directory, "data"), data]);
    return (await session.executeRaw<{ labelfile: string }>("SELECT labelfile FROM pg_backup_stop(false)")).one().labelfile;
  });
  for (const name of ["postmaster.pid", "postmaster.opts"]) rmSync(join(data, name), { force: true });
  writeFileSync(join(data, "backup_label"), label);
  if (account !== null) execFileSync("chown", ["-R", `${account.uid}:${account.gid}`, data]);
  execFileSync("chmod", ["700", data]);
};

/** Starts a standby, and waits until it streams. `name` is what `synchronous_standby_names` may call it. */
export const startStandby = async (primary: ScratchPostgres, name: string): Promise<ScratchPostgres> => {
  const source = `host=${primary.directory} port=${primary.port} user=${scratchUser} application_name=${name}`;
  const standby = await startScratchPostgres({
    isStandby: true,
    fill: (data, account) => copyCluster(primary, data, account),
    hba: ["local replication all trust"],
    settings: { primary_conninfo: `'${source}'` },
  });
  await using engine = await createEngine(primary.socketUrl());
  await until(async () => {
    const streaming = await engine.execute("SELECT 1 FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming'", [name]);
    return streaming.all().length > 0;
  });
  return standby;
};
