// A key-holder's secret: 128 bits, written as 16 words, and the key pair that follows from it; as the server has it.

const SECRET_BYTES = 16;
const DATA_WORDS = 13;
const CHECK_WORDS = 3;
const BITS = 10;
const PREFIX = 4;
const GENERATOR = [
  0x00e0e040, 0x01c1c080, 0x03838100, 0x07070200, 0x0e0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x03f3f120,
];

export const WORD_COUNT = DATA_WORDS + CHECK_WORDS;

function ascii(text) {
  return Array.from(text, (sign) => sign.charCodeAt(0));
}

const CHECKED_FOR = ascii("manyidu");

// RS1024, the checksum of SLIP-39.
function polymod(values) {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 20;
    sum = ((sum & 0xfffff) << BITS) ^ value;
    GENERATOR.forEach((generator, bit) => {
      if ((top >>> bit) & 1) sum ^= generator;
    });
  }
  return sum;
}

export function wordsOf(list, secret) {
  const bits = `00${Array.from(secret, (byte) => byte.toString(2).padStart(8, "0")).join("")}`;
  const data = bits.match(/.{10}/g).map((part) => parseInt(part, 2));
  const sum = polymod([...CHECKED_FOR, ...data, 0, 0, 0]) ^ 1;
  const check = [2, 1, 0].map((place) => (sum >>> (BITS * place)) & 0x3ff);
  return [...data, ...check].map((place) => list[place]);
}

// Each word's place in the list, from 0001, for who types on a number pad.
export function numbersOf(list, words) {
  return words.map((word) => String(list.indexOf(word) + 1).padStart(4, "0"));
}

export class Unreadable extends Error {
  constructor(code, params = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

function placeOf(list, typed, position) {
  const place = list.findIndex((word) => word.slice(0, PREFIX) === typed.slice(0, PREFIX) && word.startsWith(typed));
  if (place < 0) throw new Unreadable("share_word_unknown", { position: position + 1 });
  return place;
}

// Groups of up to four digits, or one run that is cut into fours.
function numbered(list, typed) {
  const groups = typed.match(/[0-9]+/g) || [];
  const cut = groups.some((group) => group.length > 4) ? groups.join("").match(/[0-9]{1,4}/g) : groups;
  return cut.map((group, position) => {
    const place = Number(group) - 1;
    if (place < 0 || place >= list.length) throw new Unreadable("share_word_unknown", { position: position + 1 });
    return place;
  });
}

// Capitals, full-width letters, line breaks, numbering and words cut after four letters or later are put right.
export function readWords(list, typed) {
  const plain = typed.normalize("NFKC").toLowerCase();
  const words = plain.split(/[^\p{L}\p{M}]+/u).filter(Boolean);
  const places = words.length ? words.map((word, position) => placeOf(list, word, position)) : numbered(list, plain);
  if (places.length !== WORD_COUNT) throw new Unreadable("share_length", { have: places.length });
  const bits = places.slice(0, DATA_WORDS).map((place) => place.toString(2).padStart(BITS, "0")).join("");
  if (polymod([...CHECKED_FOR, ...places]) !== 1 || !bits.startsWith("00")) throw new Unreadable("share_checksum");
  return Uint8Array.from(bits.slice(2).match(/.{8}/g), (part) => parseInt(part, 2));
}

export function draw() {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

// HKDF-SHA256 (RFC 5869) without salt, one block.
export function privateKey({ hmac, SHA256 }, secret, roundId) {
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
