/** What people may write, where, and which of several counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../../../src/base/errors.ts";
import { checkedConfiguration, fromToml } from "../../../src/config/configuration.ts";
import { fromEnvironment, urlVariable } from "../../../src/config/environment.ts";
import { databasesOf } from "../../../src/config/load.ts";
import { engineKinds } from "../../../src/config/option-kinds.ts";
import { programmatic, resolveConfiguration } from "../../../src/config/resolve.ts";

const refused = (given: unknown, message: RegExp): void =>
  assert.throws(
    () => checkedConfiguration("file", given),
    (error: Error) => error instanceof ConfigurationError && message.test(error.message),
    String(message),
  );

test("sections become one set of options, whichever words are used", () => {
  assert.deepEqual(
    checkedConfiguration("file", {
      url: "postgresql://h/d",
      options: { statementTimeout: "5s" },
      pool: { minConnections: 5, acquireTimeout: "30s", idleTimeout: "10m" },
      performance: { connectionPoolSize: 20, maxOverflow: 30, poolTimeout: 30, poolRecycle: 3600, poolPrePing: true },
      logging: { queries: true, slowQueryMs: 100 },
      warnOnNPlusOne: true,
    }),
    {
      url: "postgresql://h/d",
      options: {
        statementTimeout: "5s",
        minConnections: 5,
        acquireTimeout: "30s",
        idleTimeout: "10m",
        connectionPoolSize: 20,
        maxOverflow: 30,
        poolTimeout: 30,
        poolRecycle: 3600,
        poolPrePing: true,
      },
      observe: { warnOnNPlusOne: true, logging: { queries: true, slowQueryMs: 100 } },
    },
  );
});

test("TOML may be in snake case, and leaves the names of others alone", () => {
  assert.deepEqual(
    fromToml("petrel.toml", {
      database: { url: "postgresql://h/d", statement_timeout: "5s", settings: { connect_timeout: "3" } },
      performance: { connection_pool_size: 20 },
      logging: { slow_query_ms: 5 },
    }),
    {
      url: "postgresql://h/d",
      options: { statementTimeout: "5s", settings: { connect_timeout: "3" }, connectionPoolSize: 20 },
      observe: { logging: { slowQueryMs: 5 } },
    },
  );
  const { databases } = fromToml("petrel.toml", {
    databases: {
      default: "sqlite:a.db",
      by_day: { url: "postgresql://h/d", pool: { max_connections: 3 }, replicas: [{ url: "u", weight: 1 }] },
    },
  });
  assert.deepEqual(databases, {
    default: { url: "sqlite:a.db", options: {} },
    by_day: { url: "postgresql://h/d", options: { maxConnections: 3, replicas: [{ url: "u", weight: 1 }] } },
  });
});

test("what is wrong is said with its path, and with the nearest name", () => {
  refused({ ulr: "sqlite:a.db" }, /no setting 'ulr'.*Did you mean 'url'/);
  refused({ pool: { maxConections: 1 } }, /file\.pool has no setting 'maxConections'.*Did you mean 'maxConnections'/);
  refused({ pool: { readers: 1 } }, /file\.pool has no setting 'readers'/);
  refused({ pool: { maxConnections: "many" } }, /file\.pool\.maxConnections is no whole number/);
  refused({ pool: { acquireTimeout: "soon" } }, /pool\.acquireTimeout is neither a number of milliseconds/);
  refused({ performance: { poolTimeout: "soon" } }, /performance\.poolTimeout is neither a number of seconds/);
  refused({ options: { pooler: "transactions" } }, /options\.pooler is none of .*Did you mean 'transaction'/);
  refused({ options: { onNotice: "log" } }, /options\.onNotice is no function/);
  refused({ logging: { querries: true } }, /logging has no setting 'querries'.*'queries'/);
  refused({ debug: "yes" }, /debug is neither true nor false/);
  refused({ databases: { other: "sqlite:a.db" } }, /one called default/);
  refused({ databases: { default: "sqlite:a.db", other: {} } }, /databases\.other\.url/);
  refused({ databases: { default: { url: "sqlite:a.db", reeders: 1 } } }, /databases\.default has no setting 'reeders'/);
  refused({ pool: 5 }, /pool is no section/);
});

test("two that say different things about one thing are refused", () => {
  refused(
    { options: { maxConnections: 1 }, pool: { maxConnections: 2 } },
    /options\.maxConnections and file\.pool\.maxConnections|say different things/,
  );
  refused({ url: "sqlite:a.db", databases: { default: "sqlite:b.db" } }, /url and databases\.default are one thing/);
  refused({ url: "sqlite:a.db", database: { url: "sqlite:b.db" } }, /url and database\.url are one thing/);
  assert.deepEqual(checkedConfiguration("file", { options: { readers: 1 }, database: { readers: 1 } }).options, { readers: 1 });
});

test("no message shows a value", () => {
  for (const given of [
    { options: { maxConnections: "hunter2" } },
    { url: { secret: "hunter2" } },
    { databases: { default: 5, a: "hunter2" } },
  ])
    assert.throws(
      () => checkedConfiguration("file", given),
      (error: Error) => !error.message.includes("hunter2"),
    );
});

test("the environment says numbers, durations, choices and lists", () => {
  assert.deepEqual(
    fromEnvironment({
      DATABASE_URL: "postgresql://h/d",
      PETREL_MAX_CONNECTIONS: "20",
      PETREL_ACQUIRE_TIMEOUT: "30s",
      PETREL_POOL_PRE_PING: "false",
      PETREL_POOLER: "transaction",
      PETREL_PASSWORD: "12345",
      PETREL_READ_YOUR_WRITES: "2s",
      PETREL_REPLICAS: "postgresql://a/d, postgresql://b/d",
      PETREL_LOGGING_SLOW_QUERY_MS: "100",
      PETREL_WARN_ON_N_PLUS_ONE: "true",
      PETREL_MIGRATIONS_FOLDER: "db",
      PETREL_READERS: "",
      PETREL_TEST_SQLITE: "auto",
      PATH: "/bin",
    }),
    {
      url: "postgresql://h/d",
      options: {
        maxConnections: 20,
        acquireTimeout: "30s",
        poolPrePing: false,
        pooler: "transaction",
        password: "12345",
        readYourWrites: "2s",
        replicas: ["postgresql://a/d", "postgresql://b/d"],
      },
      observe: { warnOnNPlusOne: true, logging: { slowQueryMs: 100 } },
      migrations: { folder: "db" },
    },
  );
  assert.throws(
    () => fromEnvironment({ PETREL_MAX_CONECTIONS: "1" }),
    /PETREL_MAX_CONECTIONS is no setting.*Did you mean 'PETREL_MAX_CONNECTIONS'/,
  );
  assert.throws(
    () => fromEnvironment({ PETREL_MAX_CONNECTIONS: "hunter2" }),
    (error: Error) => /PETREL_MAX_CONNECTIONS is no whole/.test(error.message) && !error.message.includes("hunter2"),
  );
  assert.deepEqual([urlVariable("default"), urlVariable("byDay")], ["DATABASE_URL", "BY_DAY_DATABASE_URL"]);
});

test("the program goes before the environment, that before the file; two words for one thing count as one", () => {
  const { configuration, settings } = resolveConfiguration([
    { by: programmatic, configuration: { options: { maxConnections: 5 } } },
    { by: "environment", configuration: { url: "sqlite:env.db", options: { poolTimeout: 3, readers: 1 } } },
    {
      by: "file",
      configuration: { url: "sqlite:file.db", options: { connectionPoolSize: 50, acquireTimeout: "1s", readers: 2, maxOverflow: 7 } },
    },
  ]);
  assert.deepEqual(configuration, { url: "sqlite:env.db", options: { maxConnections: 5, poolTimeout: 3, readers: 1, maxOverflow: 7 } });
  assert.deepEqual(
    settings.map(({ path, by }) => [path, by]),
    [
      ["url", "environment"],
      ["options.maxConnections", "connect()"],
      ["options.poolTimeout", "environment"],
      ["options.readers", "environment"],
      ["options.maxOverflow", "file"],
    ],
  );
});

test("the environment has the URLs of databases that the file names", () => {
  const file = {
    by: "file",
    configuration: checkedConfiguration("file", { databases: { default: "sqlite:a.db", analytics: "sqlite:b.db" } }),
  };
  const environment = { by: "environment", configuration: { url: "sqlite:env.db" } };
  const { configuration } = resolveConfiguration([environment, file], { ANALYTICS_DATABASE_URL: "sqlite:c.db" });
  assert.deepEqual(
    databasesOf(configuration).map(({ name, url }) => [name, url]),
    [
      ["default", "sqlite:env.db"],
      ["analytics", "sqlite:c.db"],
    ],
  );
  const given = { ...file, by: programmatic };
  assert.deepEqual(
    databasesOf(resolveConfiguration([given], { ANALYTICS_DATABASE_URL: "sqlite:c.db" }).configuration).map(({ url }) => url),
    ["sqlite:a.db", "sqlite:b.db"],
  );
});

test("what several databases have in common goes to those that know it", () => {
  const configuration = checkedConfiguration("file", {
    databases: { default: "postgresql://h/d", local: { url: "sqlite:a.db", readers: 2 } },
    pool: { maxConnections: 5 },
    options: { statementCacheSize: 9 },
  });
  assert.deepEqual(
    databasesOf(configuration).map(({ options }) => options),
    [
      { maxConnections: 5, statementCacheSize: 9 },
      { statementCacheSize: 9, readers: 2 },
    ],
  );
  assert.ok(Object.hasOwn(engineKinds, "maxConnections"));
});
