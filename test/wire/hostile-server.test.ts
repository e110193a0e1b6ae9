import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresOptions } from "../../src/driver/postgres/options.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { read, write } from "../postgres/requests.ts";
import * as fake from "../support/fake-postgres.ts";
import type { FakeClient, FakePostgres } from "../support/fake-postgres.ts";
import { until } from "../support/waiting.ts";

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: { code?: unknown }) => error.code,
  );

const against = async (
  script: (client: FakeClient, number: number) => Promise<void>,
  act: (driver: PostgresDriver, server: FakePostgres) => Promise<void>,
  options: PostgresOptions = {},
): Promise<void> => {
  const server = await fake.fakePostgres(script);
  const driver = openPostgres({ url: server.url, environment: {}, pool: { maxConnections: 1 }, ...options });
  try {
    await act(driver, server);
    assert.deepEqual(server.problems, []);
  } finally {
    await driver.close();
    await server.close();
  }
};

describe("a server that sends what it may", () => {
  it("is read at any cut of its bytes (hazard 48: notices, parameters and notifications between any two messages)", async () => {
    const between = Buffer.concat([
      fake.notice("hello"),
      fake.parameterStatus("application_name", "x"),
      fake.notification("channel", "payload"),
    ]);
    await against(
      async (client) => {
        await client.accept(between);
        assert.equal(await client.until("S"), "PDBES");
        const parts = [
          fake.parseComplete,
          fake.parameterDescription(),
          fake.rowDescription({ name: "value" }),
          fake.bindComplete,
          fake.dataRow("one"),
          fake.dataRow("two"),
          fake.complete("SELECT 2"),
          fake.ready(),
        ];
        await client.dribble(...parts.flatMap((part) => [between, part]), between);
      },
      async (driver) => assert.deepEqual((await driver.run(read("SELECT"))).rows, [["one"], ["two"]]),
    );
  });

  it("gives names like __proto__ as they are (hazards 22, 23, 56; invariant I9)", async () => {
    const names = ["__proto__", "constructor", "toString", "0", "", "a", "a", "*/ ${x} \u2028 ' \" \\"];
    await against(
      async (client) => {
        await client.accept();
        await client.until("S");
        const described = [fake.parseComplete, fake.parameterDescription(), fake.rowDescription(...names.map((name) => ({ name })))];
        client.send(...described, fake.bindComplete, fake.dataRow(...names), fake.complete("SELECT 1"), fake.ready());
      },
      async (driver) => {
        const answer = await driver.run(read("SELECT"));
        assert.deepEqual(answer.columns, names);
        assert.deepEqual(answer.rows, [names]);
        assert.equal(({} as Record<string, unknown>)["a"], undefined);
      },
    );
  });

  it("keeps an unsigned OID unsigned (hazard 54)", async () => {
    await against(
      async (client) => {
        await client.accept();
        await client.until("S");
        const described = [fake.parseComplete, fake.parameterDescription(), fake.rowDescription({ name: "a", type: 4294967295 })];
        client.send(...described, fake.bindComplete, fake.dataRow("x"), fake.complete("SELECT 1"), fake.ready());
        // The query for the type that nobody knows.
        await client.until("S");
        client.send(fake.failure("42501", "permission denied for table pg_type"), fake.ready());
      },
      async (driver) => {
        const types: number[] = [];
        const sink = {
          objects: [],
          fields: (fields: readonly { type: number }[]): void => void types.push(...fields.map((field) => field.type)),
          rows: (): void => undefined,
        };
        await driver.run(read("SELECT", [], { sink }));
        assert.deepEqual(types, [4294967295]);
      },
    );
  });

  it("may be told to cancel with a key of 256 bytes (hazard 26)", async () => {
    const key = Buffer.alloc(256, 7);
    let shown: Buffer | null = null;
    let first: FakeClient | null = null;
    const controller = new AbortController();
    await against(
      async (client, number) => {
        if (number === 2) {
          const { request, body } = await client.opening();
          assert.equal(request, 80877102);
          shown = Buffer.from(body.subarray(4));
          client.socket.end();
          first!.send(fake.failure("57014", "canceling statement due to user request"), fake.ready());
          return;
        }
        first = client;
        await client.opening();
        client.send(fake.authenticationOk, fake.keyData(1, key), fake.ready());
        await client.until("S");
        controller.abort();
      },
      async (driver) => {
        assert.equal(await codeOf(driver.run(read("SELECT", [], { signal: controller.signal }))), "E2203");
        assert.deepEqual(shown, key);
      },
      { settings: { max_protocol_version: "3.2" } },
    );
  });
});

describe("a server that sends what it may not", () => {
  const illegal: readonly (readonly [string, Buffer])[] = [
    ["a second ReadyForQuery", Buffer.concat([fake.ready(), fake.ready()])],
    ["ReadyForQuery before the answer", fake.ready()],
    ["CommandComplete twice (hazard 14)", Buffer.concat([fake.firstAnswer("x"), fake.complete("SELECT 1"), fake.ready()])],
    [
      "rows before they were described",
      Buffer.concat([fake.parseComplete, fake.bindComplete, fake.dataRow("x"), fake.complete("SELECT 1"), fake.ready()]),
    ],
    ["an unknown message (hazard 15)", fake.message("?", Buffer.from("what"))],
    ["a message that no client asked for", fake.message("V", Buffer.from([255, 255, 255, 255]))],
    ["an authentication request in the middle", fake.authenticationOk],
    ["a transaction status that is none", Buffer.concat([fake.firstAnswer("x"), fake.message("Z", Buffer.from("X"))])],
    ["a length of 1.7 GB (hazard 16)", Buffer.from([0x54, 0x65, 0x53, 0xf1, 0x00, 0, 0])],
    ["a length below 4", Buffer.from([0x43, 0, 0, 0, 3])],
    [
      "a row with a field of -2 bytes (hazard 17)",
      Buffer.concat([fake.firstAnswer().subarray(0, -14), fake.message("D", Buffer.from([0, 1, 255, 255, 255, 254]))]),
    ],
    ["a row with another number of fields", Buffer.concat([fake.firstAnswer().subarray(0, -14), fake.dataRow("a", "b")])],
    ["an error twice in one group (hazard 14)", Buffer.concat([fake.failure("42601", "a"), fake.failure("42601", "b")])],
    ["CloseComplete for nothing", fake.message("3")],
  ];
  for (const [what, bytes] of illegal) {
    it(`loses the connection and fails the statement (invariant I4): ${what}`, async () => {
      let connections = 0;
      await against(
        async (client) => {
          connections++;
          await client.accept();
          await client.until("S");
          if (connections > 1) return client.send(fake.firstAnswer("fine"), fake.ready());
          client.send(bytes);
        },
        async (driver) => {
          const outcome = await codeOf(driver.run(read("SELECT")));
          // What comes after a whole answer costs the connection, not the statement.
          assert.ok(["no error", "E2006", ...(what.startsWith("an error") ? ["E2101"] : [])].includes(String(outcome)), String(outcome));
          // One answer for each statement, and none from the broken connection.
          await until(() => driver.poolStatus.lost === 1);
          assert.deepEqual((await driver.run(read("SELECT"))).rows, [["fine"]]);
          assert.equal(connections, 2);
        },
      );
    });
  }

  it("cannot make us believe bytes that came before the TLS handshake (hazard 46)", async () => {
    const server = await fake.fakePostgres(async (client) => {
      await client.opening();
      client.send(Buffer.from("S"), fake.authenticationOk, fake.ready());
    });
    const driver = openPostgres({ url: server.url.replace("disable", "require"), environment: {} });
    await assert.rejects(driver.run(read("SELECT 1")), /before the TLS handshake/);
    await driver.close();
    await server.close();
  });

  it("cannot take the encryption away that sslmode=require demands (hazard 47)", async () => {
    for (const answer of ["N", "E", "X"]) {
      const server = await fake.fakePostgres(async (client) => {
        await client.opening();
        client.send(Buffer.from(answer));
        client.socket.end();
      });
      const driver = openPostgres({ url: server.url.replace("disable", "require"), environment: {} });
      assert.equal(await codeOf(driver.run(read("SELECT 1"))), "E2001");
      await driver.close();
      await server.close();
    }
  });

  it("gets no password in clear text, and none without SCRAM where channel_binding=require (hazard 45)", async () => {
    const cleartext = fake.message("R", Buffer.from([0, 0, 0, 3]));
    for (const [settings, expected] of [
      [{}, "E2005"],
      [{ channel_binding: "require" }, "E2005"],
      [{ require_auth: "scram-sha-256" }, "E2005"],
    ] as const) {
      let got = "";
      await against(
        async (client) => {
          await client.opening();
          client.send(cleartext);
          got += (await client.next()).code;
        },
        async (driver) => assert.equal(await codeOf(driver.run(read("SELECT 1"))), expected),
        { password: "secret", settings },
      );
      assert.equal(got, "");
    }
  });

  it("may not let us in without proof when it began SCRAM (hazard 45)", async () => {
    const sasl = fake.message("R", Buffer.from([0, 0, 0, 10]), Buffer.from("SCRAM-SHA-256\0\0"));
    await against(
      async (client) => {
        await client.opening();
        client.send(sasl);
        await client.next();
        client.send(fake.authenticationOk, fake.ready());
      },
      async (driver) => assert.equal(await codeOf(driver.run(read("SELECT 1"))), "E2005"),
      { password: "secret" },
    );
  });

  it("cannot switch the session to an encoding or quoting that would be misread (hazard 50)", async () => {
    for (const [name, value] of [
      ["client_encoding", "LATIN1"],
      ["standard_conforming_strings", "off"],
      ["DateStyle", "German, DMY"],
    ] as const) {
      await against(
        async (client) => {
          await client.accept(fake.parameterStatus(name, value));
        },
        async (driver) => assert.equal(await codeOf(driver.run(read("SELECT 1"))), "E2004"),
      );
    }
  });
});

describe("a connection that ends", () => {
  it("settles everything that was under way, and says what may have run (hazards 7, 60)", async () => {
    await against(
      async (client, number) => {
        await client.accept();
        await client.until("S");
        if (number > 1) return client.send(fake.firstAnswer("again"), fake.ready());
        client.send(fake.failure("57P01", "terminating connection due to administrator command", "FATAL"));
        client.socket.end();
      },
      async (driver) => {
        const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => driver.run(read("SELECT 1"))));
        const lost = outcomes
          .filter((outcome) => outcome.status === "rejected")
          .map((outcome) => outcome.reason as { code: string; mayHaveRun: boolean });
        assert.ok(lost.length > 0);
        assert.ok(lost.every((error) => error.code === "E2006" && !error.mayHaveRun));
      },
    );
  });

  it("tells a COMMIT whose answer never came from one that failed", async () => {
    await against(
      async (client) => {
        await client.accept();
        await client.until("S");
        client.send(fake.parseComplete, fake.parameterDescription(), fake.noData, fake.bindComplete, fake.complete("BEGIN"));
        client.send(fake.firstAnswer("x"), fake.ready("T"));
        await client.until("S");
        client.socket.resetAndDestroy();
      },
      async (driver) => {
        const reserved = await driver.reserve({ write: true });
        await reserved.run(write("BEGIN"));
        await reserved.run(write("UPDATE"));
        assert.equal(await codeOf(reserved.run(write("COMMIT"))), "E2008");
        assert.equal(await codeOf(reserved.run(write("ROLLBACK"))), "E2002");
        reserved.release();
      },
    );
  });

  it("is absorbed and counted when nobody was using it (hazard 13; invariant I8)", async () => {
    let first: FakeClient | null = null;
    await against(
      async (client, number) => {
        if (number === 1) first = client;
        await client.accept();
        for (;;) {
          await client.until("S");
          client.send(fake.firstAnswer(String(number)), fake.ready());
        }
      },
      async (driver) => {
        assert.deepEqual((await driver.run(read("SELECT"))).rows, [["1"]]);
        first!.send(fake.failure("57P01", "terminating connection due to administrator command", "FATAL"));
        first!.socket.end();
        await until(() => driver.poolStatus.lost === 1);
        assert.deepEqual([driver.poolStatus.open, driver.poolStatus.lost], [0, 1]);
        assert.deepEqual((await driver.run(read("SELECT"))).rows, [["2"]]);
      },
    );
  });

  it("is given up when a cancelled statement does not end (hazards 9, 12)", async () => {
    const controller = new AbortController();
    await against(
      async (client, number) => {
        if (number === 2) return;
        await client.accept();
        await client.until("S");
        if (number === 1) controller.abort();
        if (number > 2) client.send(fake.firstAnswer("next"), fake.ready());
      },
      async (driver) => {
        const started = performance.now();
        assert.equal(await codeOf(driver.run(read("SELECT", [], { signal: controller.signal }))), "E2203");
        assert.ok(performance.now() - started < 15_000);
        assert.deepEqual((await driver.run(read("SELECT"))).rows, [["next"]]);
      },
    );
  });

  it("does not keep a connection attempt waiting for ever", async () => {
    await against(
      async (client) => {
        await client.opening();
      },
      async (driver) => assert.equal(await codeOf(driver.run(read("SELECT 1"))), "E2001"),
      { settings: { connect_timeout: "2" } },
    );
  });
});
