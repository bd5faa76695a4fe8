// Seals one message by HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
// The primitives are handed in, so that this file and theirs are fetched side by side.

const ENC_BYTES = 32;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const HASH_BYTES = 32;
const KEM = [0x4b, 0x45, 0x4d, 0x00, 0x20]; // "KEM", DHKEM(X25519, HKDF-SHA256)
const SUITE = [0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x03]; // "HPKE", KEM, HKDF-SHA256, ChaCha20-Poly1305
const VERSION = ascii("HPKE-v1");
const BASE_MODE = [0];
const NOTHING = new Uint8Array(0);

function ascii(text) {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function unhex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// RFC 5869 with RFC 9180's labels (section 4).
function labelled({ hmac, SHA256 }, suite) {
  const extract = (salt, label, input) =>
    hmac(SHA256, salt.length > 0 ? salt : new Uint8Array(HASH_BYTES), joined(VERSION, suite, ascii(label), input));
  const expand = (key, label, info, length) =>
    // One block is enough: nothing longer than a hash is asked for.
    hmac(SHA256, key, joined([0, length], VERSION, suite, ascii(label), info, [1])).slice(0, length);
  return { extract, expand };
}

// In steps, each a multiplication that takes a slow phone a tenth of a second: who is in no hurry rests at each `yield`.
function* encapsulation(primitives, publicKey, ephemeral) {
  const { extract, expand } = labelled(primitives, KEM);
  const enc = primitives.scalarMultBase(ephemeral);
  yield;
  const shared = primitives.scalarMult(ephemeral, publicKey);
  ephemeral.fill(0);
  if (shared.every((byte) => byte === 0)) {
    throw new RangeError("the key is no key"); // RFC 9180, section 7.1.4
  }
  yield;
  const secret = expand(extract(NOTHING, "eae_prk", shared), "shared_secret", joined(enc, publicKey), HASH_BYTES);
  shared.fill(0);
  return { enc, secret };
}

// Takes all steps that are left, one after the other.
export function finish(steps) {
  let step = steps.next();
  while (!step.done) {
    step = steps.next();
  }
  return step.value;
}

function schedule(primitives, secret, info) {
  const { extract, expand } = labelled(primitives, SUITE);
  const context = joined(BASE_MODE, extract(NOTHING, "psk_id_hash", NOTHING), extract(NOTHING, "info_hash", info));
  const key = extract(secret, "secret", NOTHING);
  return { key: expand(key, "key", context, KEY_BYTES), nonce: expand(key, "base_nonce", context, NONCE_BYTES) };
}

// Encapsulated key and ciphertext behind each other, as the box keeps them. A capsule seals one message.
export function sealIn(primitives, { enc, secret }, info, plaintext, associated = NOTHING) {
  const { key, nonce } = schedule(primitives, secret, info);
  const sealed = new primitives.ChaCha20Poly1305(key).seal(nonce, plaintext, associated);
  secret.fill(0);
  key.fill(0);
  return joined(enc, sealed);
}

// The steps to a capsule with a fresh key of its own.
export function capsule(primitives, publicKey) {
  return encapsulation(primitives, publicKey, crypto.getRandomValues(new Uint8Array(ENC_BYTES)));
}

export function seal(primitives, publicKey, info, plaintext) {
  return sealIn(primitives, finish(capsule(primitives, publicKey)), info, plaintext);
}

// RFC 9180, appendix A.2.1, first message: a phone whose arithmetic differs must not seal.
const VECTOR_KEY = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
const VECTOR_EPHEMERAL = "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600";
const VECTOR_SEALED =
  "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a" +
  "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28";

// The steps to whether the arithmetic is right.
export function* soundness(primitives) {
  try {
    const made = yield* encapsulation(primitives, unhex(VECTOR_KEY), unhex(VECTOR_EPHEMERAL));
    const text = ascii("Beauty is truth, truth beauty");
    return hex(sealIn(primitives, made, ascii("Ode on a Grecian Urn"), text, ascii("Count-0"))) === VECTOR_SEALED;
  } catch {
    return false;
  }
}

export function isSound(primitives) {
  return finish(soundness(primitives));
}
