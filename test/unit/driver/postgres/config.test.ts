import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { connectConfig } from "../../../../src/driver/postgres/startup/config.ts";
import type { ConnectOptions } from "../../../../src/driver/postgres/startup/connect-options.ts";
import { parseConnectionUrl } from "../../../../src/driver/postgres/startup/connection-url.ts";
import { findPassword } from "../../../../src/driver/postgres/startup/password-file.ts";
import { Secret } from "../../../../src/driver/postgres/startup/secret.ts";

const config = (options: ConnectOptions) => connectConfig({ environment: { HOME: "/nowhere" }, ...options });
const refusal = { code: "E1001" };

describe("a PostgreSQL URL", () => {
  it("names user, password, host, port and database", () => {
    assert.deepEqual(parseConnectionUrl("postgresql://me:p%40ss%2Fw%3Ard@db.example:6000/my%20db?application_name=a%26b"), {
      user: "me",
      password: "p@ss/w:rd",
      host: "db.example",
      port: "6000",
      dbname: "my db",
      application_name: "a&b",
    });
    assert.deepEqual(parseConnectionUrl("postgres://"), {});
    assert.deepEqual(parseConnectionUrl("postgres:///db"), { dbname: "db" });
    assert.deepEqual(parseConnectionUrl("postgres://h/db?ssl=true"), { host: "h", dbname: "db", sslmode: "require" });
  });

  it("names several hosts, IPv6 and Unix sockets too", () => {
    const several = config({ url: "postgresql://u@a:1,[::1]:2,b/db" });
    assert.deepEqual(
      several.hosts.map((host) => [host.name, host.port, host.path]),
      [
        ["a", 1, null],
        ["::1", 2, null],
        ["b", 5432, null],
      ],
    );
    const socket = config({ url: "postgresql://u@%2Fvar%2Frun:7/db" });
    assert.deepEqual([socket.hosts[0]!.path, socket.hosts[0]!.name], ["/var/run/.s.PGSQL.7", "localhost"]);
    assert.equal(config({ url: "postgresql:///db?host=/tmp&port=9" }).hosts[0]!.path, "/tmp/.s.PGSQL.9");
  });

  it("with a parameter that nobody knows is refused, with the nearest that somebody does", () => {
    assert.throws(() => config({ url: "postgresql://h/db?sslmod=require" }), /'sslmod'.*Did you mean 'sslmode'/);
    assert.throws(() => config({ url: "postgresql://h/db?__proto__=x" }), refusal);
    assert.throws(() => config({ url: "postgresql://h/db?constructor=x" }), refusal);
    assert.throws(() => config({ url: "postgresql://h/db?gssencmode=require" }), /no GSSAPI/);
    assert.throws(() => config({ url: "postgresql://h/db?SSLMODE=require" }), refusal);
  });

  it("that cannot be read is refused without being quoted", () => {
    for (const url of [
      "mysql://secret@h/db",
      "secret",
      "postgresql://u:secret%@h/db",
      "postgresql://u:secret@h:99999/db",
      "postgresql://secret@a:b:c/db",
    ]) {
      assert.throws(
        () => config({ url }),
        (error: Error & { code: string }) => error.code === "E1001" && !inspect(error).includes("secret"),
      );
    }
  });
});

describe("the configuration of a connection", () => {
  it("takes the environment, then the URL, then options", () => {
    const environment = { PGHOST: "env", PGUSER: "env", PGDATABASE: "env", PGPORT: "1", PGAPPNAME: "env", PGPASSWORD: "" };
    const made = config({ environment, url: "postgresql://url@url/", settings: { user: "option" } });
    assert.deepEqual([made.user, made.hosts[0]!.name, made.hosts[0]!.port, made.database], ["option", "url", 1, "env"]);
    assert.equal(made.parameters["application_name"], "env");
    assert.equal(made.password, null);
    assert.equal(config({ url: "postgresql://me@h" }).database, "me");
  });

  it("pins what values are read by, and lets nobody say otherwise", () => {
    const { parameters } = config({ url: "postgresql://h" });
    assert.deepEqual({ ...parameters }, { client_encoding: "UTF8", DateStyle: "ISO", standard_conforming_strings: "on" });
    for (const name of ["client_encoding", "datestyle", "Standard_Conforming_Strings", "user", "IntervalStyle"]) {
      assert.throws(() => config({ parameters: { [name]: "x" } }), refusal);
    }
    assert.throws(() => config({ parameters: { a: "nul\0" } }), refusal);
  });

  it("refuses what contradicts itself", () => {
    const wrong: ConnectOptions["settings"][] = [
      { host: "a,b", port: "1,2,3" },
      { host: "a,b", hostaddr: "1.2.3.4" },
      { port: "0" },
      { port: "1e3" },
      { connect_timeout: "-1" },
      { sslmode: "maybe" },
      { sslmode: "prefer", sslnegotiation: "direct" },
      { sslmode: "require", sslrootcert: "system" },
      { sslmode: "verify-full" },
      { sslcert: "/not/there.crt" },
      { require_auth: "md5,!password" },
      { require_auth: "gss" },
      { target_session_attrs: "readwrite" },
      { channel_binding: "yes" },
    ];
    for (const settings of wrong) assert.throws(() => config({ settings }), refusal, JSON.stringify(settings));
    assert.throws(() => config({ settings: { sslmode: "requir" } }), /Did you mean 'require'/);
  });

  it("reads connect_timeout as libpq does: seconds, 0 for ever, and never 1", () => {
    const timeout = (text: string): number => config({ settings: { connect_timeout: text } }).connectTimeoutMs;
    assert.deepEqual([timeout("0"), timeout("1"), timeout("10")], [0, 2000, 10_000]);
  });

  it("shows no secret, however it is printed", () => {
    const made = config({
      url: "postgresql://u:hush@h/db",
      tls: { cert: "CERT", key: "hush", passphrase: "hush" },
      settings: { sslmode: "require" },
    });
    for (const text of [inspect(made, { depth: 9, showHidden: true }), JSON.stringify(made), String(made.password)])
      assert.ok(!text.includes("hush"), text);
    assert.equal(made.password instanceof Secret && made.password.reveal(), "hush");
  });
});

describe("the password file", () => {
  const file = ["# comment:*:*:*:no", "", "short:line", "h\\:1:5432:db:me:p\\:a\\\\ss", "*:*:*:me:any:thing", "h:1:d:u:"].join("\n");

  it("gives the first line that fits, unescaped", () => {
    assert.equal(findPassword(file, ["h:1", "5432", "db", "me"]), "p:a\\ss");
    assert.equal(findPassword(file, ["x", "1", "y", "me"]), "any:thing");
    assert.equal(findPassword(file, ["x", "1", "y", "you"]), null);
    assert.equal(findPassword(file, ["h", "1", "d", "u"]), "");
  });
});
