// Secrets of key slips printed before signs were: 16 words of SLIP-39's list, or their numbers. Read, never written.
import { WORDS as LIST } from "./box-wordlist.js";
import { Unreadable } from "./box-unreadable.js";

const DATA_WORDS = 13;
const CHECK_WORDS = 3;
const BITS = 10;
const PREFIX = 4;
const GENERATOR = [
  0x00e0e040, 0x01c1c080, 0x03838100, 0x07070200, 0x0e0e0009, 0x1c0c2412, 0x38086c24, 0x3090fc48, 0x21b1f890, 0x03f3f120,
];
const CHECKED_FOR = Array.from("manyidu", (sign) => sign.charCodeAt(0));

export const WORDS = DATA_WORDS + CHECK_WORDS;

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

function placeOf(typed, position) {
  const place = LIST.findIndex((word) => word.slice(0, PREFIX) === typed.slice(0, PREFIX) && word.startsWith(typed));
  if (place < 0) throw new Unreadable("share_word_unknown", { position: position + 1 });
  return place;
}

function checked(places) {
  if (places.length !== WORDS) throw new Unreadable("share_length", { have: places.length });
  const bits = places.slice(0, DATA_WORDS).map((place) => place.toString(2).padStart(BITS, "0")).join("");
  if (polymod([...CHECKED_FOR, ...places]) !== 1 || !bits.startsWith("00")) throw new Unreadable("share_checksum");
  return Uint8Array.from(bits.slice(2).match(/.{8}/g), (part) => parseInt(part, 2));
}

// Numbering and words cut after four letters or later are put right.
export function readWords(plain) {
  return checked(plain.split(/[^\p{L}\p{M}]+/u).filter(Boolean).map(placeOf));
}

export function readNumbers(numbers) {
  return checked(
    numbers.map((number, position) => {
      const place = Number(number) - 1;
      if (place < 0 || place >= LIST.length) throw new Unreadable("share_number_unknown", { position: position + 1, number });
      return place;
    }),
  );
}
