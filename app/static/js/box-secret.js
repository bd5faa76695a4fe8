// A key-holder's secret: 128 bits, written as 12 signs, and the key pair that follows from it; as the server has it.
import { SIGNS, TRADITIONAL } from "./box-signs.js";
import { Unreadable } from "./box-unreadable.js";
import { WORDS, readNumbers, readWords } from "./box-word-secret.js";

const SECRET_BYTES = 16;
const BITS = 11;
const CHECK_BITS = 4;
const PLACES = new Map(SIGNS.map((sign, place) => [sign, place]));
TRADITIONAL.forEach((sign, at) => {
  if (at % 2 === 0) PLACES.set(sign, PLACES.get(TRADITIONAL[at + 1]));
});

const SIGN_COUNT = (8 * SECRET_BYTES + CHECK_BITS) / BITS;

function ascii(text) {
  return Array.from(text, (sign) => sign.charCodeAt(0));
}

const binary = (value, length) => value.toString(2).padStart(length, "0");

function checkOf({ sha256 }, secret) {
  return binary(sha256(secret)[0] >> (8 - CHECK_BITS), CHECK_BITS);
}

export function signsOf(primitives, secret) {
  const bits = Array.from(secret, (byte) => binary(byte, 8)).join("") + checkOf(primitives, secret);
  return bits.match(/.{11}/g).map((part) => SIGNS[parseInt(part, 2)]);
}

// Each sign's place in the list, from 0001: for a number pad, and for a scanner that types digits alone.
export function numbersOf(signs) {
  return signs.map((sign) => String(PLACES.get(sign) + 1).padStart(4, "0"));
}

// Groups of up to four digits, or one run that is cut into fours.
function numbersIn(plain) {
  const groups = plain.match(/[0-9]+/g) || [];
  return groups.some((group) => group.length > 4) ? groups.join("").match(/[0-9]{1,4}/g) : groups;
}

function checked(primitives, places) {
  if (places.length !== SIGN_COUNT) throw new Unreadable("share_signs", { have: places.length });
  const bits = places.map((place) => binary(place, BITS)).join("");
  const secret = Uint8Array.from(bits.match(/.{8}/g).slice(0, SECRET_BYTES), (part) => parseInt(part, 2));
  if (bits.slice(8 * SECRET_BYTES) !== checkOf(primitives, secret)) throw new Unreadable("share_signs_checksum");
  return secret;
}

function ofNumbers(primitives, numbers) {
  if (numbers.length === WORDS) return readNumbers(numbers);
  const places = numbers.map((number, position) => {
    const place = Number(number) - 1;
    if (place < 0 || place >= SIGNS.length) throw new Unreadable("share_number_unknown", { position: position + 1, number });
    return place;
  });
  return checked(primitives, places);
}

// Spaces, line breaks, numbering, full-width digits and traditional forms are put right; words drawn before are read.
export function readSecret(primitives, typed) {
  const plain = typed.normalize("NFKC").toLowerCase();
  const letters = plain.match(/\p{L}/gu) || [];
  if (letters.some((sign) => sign < "\u0080")) return readWords(plain);
  if (!letters.length) return ofNumbers(primitives, numbersIn(plain));
  const places = letters.map((sign, position) => {
    if (!PLACES.has(sign)) throw new Unreadable("share_sign_unknown", { position: position + 1, sign });
    return PLACES.get(sign);
  });
  return checked(primitives, places);
}

export function draw() {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

// HKDF-SHA256 (RFC 5869) without salt, one block.
function privateKey({ hmac, SHA256 }, secret, roundId) {
  const info = [...ascii("manyidu/holder-key/v1"), 0, ...ascii(roundId), 1];
  return hmac(SHA256, hmac(SHA256, new Uint8Array(32), secret), Uint8Array.from(info));
}

export function publicHalf(primitives, secret, roundId) {
  return primitives.scalarMultBase(privateKey(primitives, secret, roundId));
}

// Shows that one knows the secret of a public half, without a bit of it.
export function proof(primitives, secret, roundId, challenge) {
  const shared = primitives.scalarMult(privateKey(primitives, secret, roundId), challenge);
  return primitives.sha256(Uint8Array.from([...ascii("manyidu/read-back/v1"), 0, ...ascii(roundId), 0, ...shared]));
}

// What the seal of a secret is bound to: this attempt at opening, and this holder.
export function shareInfo(roundId, jobId, number) {
  return Uint8Array.from(ascii(["manyidu/opening-share/v1", roundId, jobId, number].join("\0")));
}
