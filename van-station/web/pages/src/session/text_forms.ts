// How values are written for people and how they are kept: digits in the groups in which they are
// read aloud, dates by day-month-year. What is no full value yet is kept as it was typed.

import type { FieldType } from "../api/types";

const groups = (text: string, sizes: number[]) => {
  const out: string[] = [];
  let at = 0;
  for (let i = 0; at < text.length; i++) {
    const size = sizes[Math.min(i, sizes.length - 1)]!;
    out.push(text.slice(at, at + size));
    at += size;
  }
  return out.join(" ");
};

const grouped: Partial<Record<FieldType, number[]>> = {
  nif: [3],
  niss: [3, 3, 3, 2],
  iban: [4],
  phone: [3],
};

// As people read it.
export function shown(type: FieldType, kept: string): string {
  if (type === "date") {
    const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(kept);
    return iso ? `${iso[3]}-${iso[2]}-${iso[1]}` : kept;
  }
  const sizes = grouped[type];
  if (!sizes || (type !== "iban" && !/^\d+$/.test(kept))) return kept;
  return groups(kept, sizes);
}

// As it is read aloud, where only the text tells what it is: numbers in groups, dates by day.
export function aloud(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return shown("date", text);
  if (/^\d{9}$/.test(text)) return shown("nif", text);
  if (/^\d{11}$/.test(text)) return shown("niss", text);
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,}$/.test(text) ? shown("iban", text) : text;
}

// For running text: no line ends within a date, a postal code or a version.
export function unbroken(text: string): string {
  return text.replace(/(\d)-(?=\d)/g, "$1\u2060-\u2060");
}

// As the station keeps it.
export function kept(type: FieldType, typed: string): string {
  switch (type) {
    case "nif":
    case "niss":
      return typed.replace(/[\s.-]/g, "");
    case "phone":
      return typed.replace(/[\s.-]/g, "");
    case "iban":
      return typed.replace(/[\s.-]/g, "").toUpperCase();
    case "plate":
      return plate(typed);
    case "date":
      return isoDate(typed);
    case "money":
      return typed.trim().replace(/[\s€]/g, "").replace(".", ",");
    case "number":
      return typed.trim().replace(".", ",");
    default:
      return typed;
  }
}

// What is meant where a short form was typed; applied when one leaves the field.
export function finished(type: FieldType, value: string): string {
  if (type === "money" && /^\d{1,9}(,\d)?$/.test(value)) {
    const [whole, cents = ""] = value.split(",");
    return `${whole},${cents.padEnd(2, "0")}`;
  }
  return type === "text" || type === "postal_address" ? value.trim() : value;
}

function isoDate(typed: string): string {
  const parts = /^\s*(\d{1,2})[\s./-]*(\d{2}|(?<=[\s./-])\d)[\s./-]*(\d{4})\s*$/.exec(typed);
  if (!parts) return typed.trim();
  const [, day, month, year] = parts;
  return `${year}-${month!.padStart(2, "0")}-${day!.padStart(2, "0")}`;
}

function plate(typed: string): string {
  const plain = typed.replace(/[^0-9a-z]/gi, "").toUpperCase();
  return plain.length === 6 ? plain.match(/../g)!.join("-") : typed.toUpperCase();
}

export const inputModes: Partial<Record<FieldType, "numeric" | "tel" | "email" | "decimal">> = {
  nif: "numeric",
  niss: "numeric",
  date: "numeric",
  phone: "tel",
  email: "email",
  money: "decimal",
  number: "decimal",
};
export const isCode = (type: FieldType) => ["nif", "niss", "iban", "plate", "date"].includes(type);
