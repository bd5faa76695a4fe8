// Makes the envelope of a ballot on the phone. Fetched, with the primitives, while the person marks.
// The bytes are those of app/box/envelope.py and app/box/seal.py; numbers are big-endian.

import { isSound, joined, seal, unhex } from "./hpke.js";

const FORMAT = 2;
const encoder = new TextEncoder();

function short(number) {
  return [number >> 8, number & 0xff];
}

function sized(text) {
  const raw = encoder.encode(text);
  return joined(short(raw.length), raw);
}

function plaintext({ paper, place, marks, remarks, remarkBytes }) {
  const parts = remarks.map(([object, text]) => joined(short(object), sized(text)));
  const written = parts.length > 0 ? joined(short(parts.length), ...parts) : [];
  const area = new Uint8Array(remarkBytes);
  area.set(written); // throws where it does not fit
  return joined([FORMAT], unhex(paper), short(place), marks, area);
}

function base64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

// ballot: round, paper (hex), group, place of the group, key (hex), marks (bytes), remarks ([place, text] in order),
// remarkBytes. Returns the sealed bytes as base64.
export function envelope(primitives, ballot) {
  const info = joined(encoder.encode("manyidu/envelope/v2"), sized(ballot.round), unhex(ballot.paper), sized(ballot.group));
  return base64(seal(primitives, unhex(ballot.key), info, plaintext(ballot)));
}

export function canSeal(primitives) {
  return isSound(primitives);
}
