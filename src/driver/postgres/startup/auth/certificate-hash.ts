/** The hash of the server's certificate that binds a SCRAM exchange to its TLS channel: tls-server-end-point (RFC 5929). */
import { createHash } from "node:crypto";

/** The hash of each signature algorithm, by its object identifier in DER (hexadecimal). MD5 and SHA-1 are raised to SHA-256 by the RFC. */
const hashes: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "sha256", // md5WithRSAEncryption
  "2a864886f70d010105": "sha256", // sha1WithRSAEncryption
  "2a864886f70d01010b": "sha256", // sha256WithRSAEncryption
  "2a864886f70d01010c": "sha384", // sha384WithRSAEncryption
  "2a864886f70d01010d": "sha512", // sha512WithRSAEncryption
  "2a864886f70d01010e": "sha224", // sha224WithRSAEncryption
  "2a8648ce3d0401": "sha256", // ecdsa-with-SHA1
  "2a8648ce3d040301": "sha224", // ecdsa-with-SHA224
  "2a8648ce3d040302": "sha256", // ecdsa-with-SHA256
  "2a8648ce3d040303": "sha384", // ecdsa-with-SHA384
  "2a8648ce3d040304": "sha512", // ecdsa-with-SHA512
  "2a8648ce380403": "sha256", // dsa-with-sha1
  "608648016503040302": "sha256", // dsa-with-sha256
};

/** RSASSA-PSS names its hash in the parameters; these are the hashes' own identifiers. Without parameters it is SHA-1. */
const pssAlgorithm = "2a864886f70d01010a";
const pssHashes: Readonly<Record<string, string>> = {
  "608648016503040201": "sha256",
  "608648016503040202": "sha384",
  "608648016503040203": "sha512",
  "608648016503040204": "sha224",
  "2b0e03021a": "sha256", // SHA-1, raised
};

const sequenceTag = 0x30;
const identifierTag = 0x06;

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** The DER element at `at`; `null` when it is not whole inside of `limit`. */
const readElement = (der: Uint8Array, at: number, limit: number): Element | null => {
  if (limit - at < 2) return null;
  const tag = der[at]!;
  const first = der[at + 1]!;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const bytes = first - 0x80;
    if (bytes < 1 || bytes > 4 || limit - start < bytes) return null;
    length = 0;
    for (let index = 0; index < bytes; index++) length = length * 256 + der[start + index]!;
    start += bytes;
  }
  return length > limit - start ? null : { tag, start, end: start + length };
};

const inside = (der: Uint8Array, element: Element | null, tag: number): Element | null =>
  element === null || element.tag !== tag ? null : readElement(der, element.start, element.end);

const identifier = (der: Uint8Array, element: Element | null): string | null =>
  element === null || element.tag !== identifierTag ? null : Buffer.from(der.subarray(element.start, element.end)).toString("hex");

/** The hash in the parameters of RSASSA-PSS: `SEQUENCE { [0] { SEQUENCE { OID … } } … }`. */
const pssHash = (der: Uint8Array, parameters: Element | null): string | null => {
  const field = inside(der, parameters, sequenceTag);
  if (field === null || field.tag !== 0xa0) return "sha256";
  const algorithm = readElement(der, field.start, field.end);
  const name = identifier(der, inside(der, algorithm, sequenceTag));
  return name === null ? null : (pssHashes[name] ?? null);
};

/** The hash function for a certificate in DER; `null` where the RFC defines none (Ed25519, Ed448) or the certificate is not understood. */
export const certificateHashName = (der: Uint8Array): string | null => {
  const certificate = readElement(der, 0, der.length);
  const body = inside(der, certificate, sequenceTag);
  if (certificate === null || body === null) return null;
  const algorithm = readElement(der, body.end, certificate.end);
  const name = inside(der, algorithm, sequenceTag);
  const oid = identifier(der, name);
  if (oid === null || name === null || algorithm === null) return null;
  if (oid === pssAlgorithm) return pssHash(der, readElement(der, name.end, algorithm.end));
  return hashes[oid] ?? null;
};

/** The channel-binding data of a certificate in DER; `null` where there is none to be had. */
export const certificateHash = (der: Uint8Array): Buffer | null => {
  const name = certificateHashName(der);
  return name === null ? null : createHash(name).update(der).digest();
};
