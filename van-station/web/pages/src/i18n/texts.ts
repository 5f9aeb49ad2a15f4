// The texts of one language at a time, with plural forms, dates and money as the language has them.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Language } from "../api/types";
import { pt, type Key, type Plural, type Texts } from "./pt";

export type { Key } from "./pt";
export type Params = Record<string, string | number>;

export const languageNames: Record<Language, string> = {
  pt: "Português",
  en: "English",
  fr: "Français",
  uk: "Українська",
};
export const locales: Record<Language, string> = {
  pt: "pt-PT",
  en: "en-GB",
  fr: "fr-FR",
  uk: "uk-UA",
};

// Portuguese comes with the page; the others when somebody wants them.
export async function load(language: Language): Promise<Texts> {
  switch (language) {
    case "pt":
      return pt;
    case "en":
      return (await import("./en")).en;
    case "fr":
      return (await import("./fr")).fr;
    case "uk":
      return (await import("./uk")).uk;
  }
}

// The day and minute that a time names where it was written: a station's times carry its own
// offset, whatever the zone of the browser.
const localParts = (at: string) => ({ day: at.slice(0, 10), minute: at.slice(11, 16) });

export function speak(language: Language, texts: Texts) {
  const locale = locales[language];
  const plural = new Intl.PluralRules(locale);
  const euros = new Intl.NumberFormat(locale, { style: "currency", currency: "EUR" });
  const numbers = new Intl.NumberFormat(locale);
  const day = (style: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...style });
  const long = day({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
  const short = day({ day: "numeric", month: "short" });

  function form(text: string | Plural, params: Params): string {
    if (typeof text === "string") return text;
    const n = Number(params.n);
    return (n === 0 && text.zero) || (text[plural.select(n)] ?? text.other);
  }
  const fill = (text: string, params: Params) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = params[name];
      return typeof value === "number" ? numbers.format(value) : (value ?? "");
    });
  const upper = (text: string) => text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);

  return {
    language,
    locale,
    t: (key: Key, params: Params = {}) => fill(form(texts[key], params), params),
    // The text of a key that the station names; else what it says itself.
    told: (key: string, fallback: string, params: Params = {}) =>
      key in texts ? fill(form(texts[key as Key], params), params) : fallback,
    money: (cents: number) => euros.format(cents / 100),
    number: (value: number) => numbers.format(value),
    // "Segunda-feira, 16 de outubro de 2017"
    longDay: (at: string) => upper(long.format(new Date(`${localParts(at).day}T00:00:00Z`))),
    shortDay: (at: string) => short.format(new Date(`${localParts(at).day}T00:00:00Z`)),
    time: (at: string) => localParts(at).minute,
  };
}

export type Speech = ReturnType<typeof speak>;
export const TextsContext = createContext<Speech>(speak("pt", pt));
export const useTexts = () => useContext(TextsContext);
