import assert from "node:assert/strict";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { certificateHash, certificateHashName } from "../../../../../src/driver/postgres/startup/auth/certificate-hash.ts";
import { ScramExchange, type ScramOptions } from "../../../../../src/driver/postgres/startup/auth/scram.ts";

// The file is ours: certificates in DER, base64, by how they are signed.
const certificates = JSON.parse(readFileSync(new URL("certificates.json", import.meta.url), "utf8")) as Readonly<Record<string, string>>;
const certificate = (name: string): Buffer => Buffer.from(certificates[name]!, "base64");

const options: ScramOptions = { password: "pencil", mechanisms: ["SCRAM-SHA-256"], channelBinding: "prefer", certificate: null };

const serverNonce = "srv%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const salt = Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64");

/** The server's side, written from RFC 5802: what it sends after the client's first message, and whether it believes the proof. */
const server = (client: ScramExchange, password: string, iterations = 4096) => {
  const bare = client.firstMessage.slice(client.firstMessage.indexOf(",,") + 2);
  const nonce = bare.slice(bare.indexOf("r=") + 2) + serverNonce;
  const challenge = `r=${nonce},s=${salt.toString("base64")},i=${iterations}`;
  const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const final = (answer: string): { readonly isProven: boolean; readonly message: string } => {
    const withoutProof = answer.slice(0, answer.indexOf(",p="));
    const proof = Buffer.from(answer.slice(answer.indexOf(",p=") + 3), "base64");
    const exchange = `${bare},${challenge},${withoutProof}`;
    const storedKey = createHash("sha256").update(hmac(salted, "Client Key")).digest();
    const clientKey = hmac(storedKey, exchange).map((byte, index) => byte ^ proof[index]!);
    const isProven = createHash("sha256").update(clientKey).digest().equals(storedKey);
    return { isProven, message: `v=${hmac(hmac(salted, "Server Key"), exchange).toString("base64")}` };
  };
  return { challenge, final };
};

test("an exchange with a server that knows the password succeeds, and the server believes the client", async () => {
  for (const password of ["pencil", "sécret¼", "p,=w\\", "😀", " "]) {
    const client = new ScramExchange({ ...options, password });
    assert.equal(client.mechanism, "SCRAM-SHA-256");
    assert.match(client.firstMessage, /^n,,n=,r=.{20,}$/);
    const { challenge, final } = server(client, password.normalize("NFKC"));
    const answer = await client.answer(challenge);
    assert.match(answer, /^c=biws,r=/);
    const { isProven, message } = final(answer);
    assert.ok(isProven);
    client.finish(message);
  }
});

test("a server that does not know the password is found out", async () => {
  const client = new ScramExchange(options);
  const { challenge, final } = server(client, "pen");
  const { isProven, message } = final(await client.answer(challenge));
  assert.ok(!isProven);
  assert.throws(() => client.finish(message), /could not prove/);
});

test("a signature that is missing, cut, longer or not base64 is no proof", async () => {
  const client = new ScramExchange(options);
  const { challenge, final } = server(client, "pencil");
  const { message } = final(await client.answer(challenge));
  for (const bad of ["v=", "v=AAAA", `${message.slice(0, -8)}AAAAAAA=`, `${message}AAAA`, "v=!!!!", "x", "", "e=other-error", "r=x"]) {
    assert.throws(() => client.finish(bad), { code: "E2005" }, bad);
  }
  client.finish(message);
});

test("the server's last word before its challenge is refused", () => {
  assert.throws(() => new ScramExchange(options).finish("v=AAAA"), /before it began/);
});

test("a nonce that does not continue the client's is refused (hazard 45)", async () => {
  const client = new ScramExchange({ ...options, nonce: "abc" });
  for (const nonce of ["", "ab", "abc", "xabcdef", "ABCdef"]) {
    await assert.rejects(client.answer(`r=${nonce},s=${salt.toString("base64")},i=4096`), /nonce/);
  }
});

test("iterations are capped before any work is done (hazard 44)", async () => {
  const client = new ScramExchange({ ...options, nonce: "abc" });
  const began = process.cpuUsage();
  for (const iterations of ["10000001", "4294967295", "99999999999", "0", "-1", "4096.5", "1e9", "", " 1"]) {
    await assert.rejects(client.answer(`r=abcd,s=${salt.toString("base64")},i=${iterations}`), { code: "E2005" }, iterations);
  }
  // Ten million rounds would be seconds; the time of the process alone counts, whatever else the machine does.
  assert.ok(process.cpuUsage(began).user < 500_000);
  await assert.rejects(
    new ScramExchange({ ...options, nonce: "abc", maxIterations: 4095 }).answer(`r=abcd,s=AAAA,i=4096`),
    /more than the 4095/,
  );
});

test("challenges that are malformed are refused", async () => {
  const client = new ScramExchange({ ...options, nonce: "abc" });
  for (const challenge of [
    "",
    "r=abcd",
    "r=abcd,s=AAAA",
    "r=abcd,s=,i=4096",
    "r=abcd,s=*,i=4096",
    "m=x,r=abcd,s=AAAA,i=4096",
    "rabcd,s=AAAA,i=4096",
  ]) {
    await assert.rejects(client.answer(challenge), { code: "E2005" }, challenge);
  }
});

test("with TLS and a server that offers it, the exchange is bound to the certificate", async () => {
  const der = certificate("rsa-sha256");
  const client = new ScramExchange({
    ...options,
    mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"],
    channelBinding: "require",
    certificate: der,
  });
  assert.equal(client.mechanism, "SCRAM-SHA-256-PLUS");
  assert.match(client.firstMessage, /^p=tls-server-end-point,,n=,r=/);
  const { challenge, final } = server(client, "pencil");
  const answer = await client.answer(challenge);
  const bound = Buffer.from(/^c=([^,]*),/.exec(answer)![1]!, "base64");
  assert.deepEqual(bound, Buffer.concat([Buffer.from("p=tls-server-end-point,,"), createHash("sha256").update(der).digest()]));
  const { isProven, message } = final(answer);
  assert.ok(isProven);
  client.finish(message);
});

test("a client that could bind says so when the server does not offer it, so that a downgrade is noticed", async () => {
  const client = new ScramExchange({ ...options, certificate: certificate("rsa-sha256") });
  assert.match(client.firstMessage, /^y,,/);
  assert.match(await client.answer(server(client, "pencil").challenge), /^c=eSws,/);
});

test("channel_binding=require is never let go of", () => {
  const required: ScramOptions = { ...options, channelBinding: "require", mechanisms: ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"] };
  assert.throws(() => new ScramExchange(required), /needs TLS/);
  assert.throws(
    () => new ScramExchange({ ...required, mechanisms: ["SCRAM-SHA-256"], certificate: certificate("rsa-sha256") }),
    /does not offer/,
  );
  assert.throws(() => new ScramExchange({ ...required, certificate: certificate("ed25519") }), /no channel binding is defined/);
});

test("without a certificate's hash, or when told not to, the client does not bind", () => {
  const mechanisms = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"];
  for (const other of [
    { certificate: certificate("ed25519") },
    { certificate: certificate("rsa-sha256"), channelBinding: "disable" as const },
    {},
  ]) {
    const client = new ScramExchange({ ...options, mechanisms, ...other });
    assert.equal(client.mechanism, "SCRAM-SHA-256");
    assert.match(client.firstMessage, /^n,,/);
  }
});

test("an empty password and unknown mechanisms are refused before anything is sent", () => {
  assert.throws(() => new ScramExchange({ ...options, password: "" }), { code: "E2005" });
  assert.throws(() => new ScramExchange({ ...options, mechanisms: ["SCRAM-SHA-512", "OAUTHBEARER"] }), { code: "E2005" });
});

test("every exchange has a nonce of its own", () => {
  assert.notEqual(new ScramExchange(options).firstMessage, new ScramExchange(options).firstMessage);
});

test("a certificate is hashed with the hash of its signature; MD5 and SHA-1 are raised to SHA-256", () => {
  const expected: Readonly<Record<string, string | null>> = {
    "rsa-sha256": "sha256",
    "rsa-sha512": "sha512",
    "rsa-sha1": "sha256",
    "rsa-pss-sha512": "sha512",
    "ecdsa-sha384": "sha384",
    ed25519: null,
  };
  for (const [name, hash] of Object.entries(expected)) assert.equal(certificateHashName(certificate(name)), hash, name);
  assert.deepEqual(certificateHash(certificate("ecdsa-sha384")), createHash("sha384").update(certificate("ecdsa-sha384")).digest());
  assert.equal(certificateHash(certificate("ed25519")), null);
});

test("bytes that are no certificate have no hash, wherever they are cut", () => {
  const der = certificate("rsa-sha256");
  for (let length = 0; length < der.length; length++) assert.equal(certificateHashName(der.subarray(0, length)), null);
  for (const bytes of [[], [0x30], [0x30, 0x80], [0x30, 0x85, 1, 1, 1, 1, 1], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]]) {
    assert.equal(certificateHashName(Uint8Array.from(bytes)), null);
  }
});
