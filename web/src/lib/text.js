// The texts of both languages, and the numbers and times in them.
import { keep, kept } from "./keep.js";
import { texts } from "../texts/index.js";

export const languages = { en: "English", zh: "中文" };

function preferred() {
  const chosen = kept("language");
  if (chosen in languages) return chosen;
  return (navigator.languages || []).some((tag) => tag.toLowerCase().startsWith("zh")) &&
    navigator.language.toLowerCase().startsWith("zh")
    ? "zh"
    : "en";
}

let language = preferred();
const listeners = new Set();

export const currentLanguage = () => language;
export function setLanguage(next) {
  language = next;
  keep("language", next);
  applyLanguage();
  for (const listener of listeners) listener();
}
export function onLanguage(listener) {
  listeners.add(listener);
}
export function applyLanguage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

/** The text for `key`, with {name} replaced by values.name. In English `key.one` is used if n is 1. */
export function t(key, values = {}) {
  const singular = values.n === 1 && language === "en" && texts[`${key}.one`];
  const entry = singular || texts[key];
  if (!entry) {
    console.error(`no text: ${key}`);
    return key;
  }
  return entry[language === "zh" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}
/** The text for a word of the server, or the word itself if it is a new one. */
export const word = (prefix, value) => (texts[`${prefix}.${value}`] ? t(`${prefix}.${value}`) : value);

const locale = () => (language === "zh" ? "zh-CN" : "en-GB");

export const number = (value) => (value ?? null) === null ? "–" : value.toLocaleString(locale());

export function short(value) {
  if ((value ?? null) === null) return "–";
  if (Math.abs(value) < 10000) return number(Math.round(value * 10) / 10);
  return value.toLocaleString("en-GB", { notation: "compact", maximumFractionDigits: 1 });
}

export function milliseconds(value) {
  if ((value ?? null) === null) return "–";
  if (value < 10) return `${value.toFixed(1)} ms`;
  if (value < 1000) return `${Math.round(value)} ms`;
  return `${(value / 1000).toFixed(value < 10000 ? 2 : 1)} s`;
}

/** A duration of the API, which counts microseconds. */
export const microseconds = (value) => milliseconds((value ?? null) === null ? null : value / 1000);

export function seconds(value) {
  if ((value ?? null) === null) return "–";
  const whole = Math.max(0, Math.round(value));
  if (whole < 60) return t("time.s", { n: whole });
  if (whole < 3600) return t("time.m", { n: Math.floor(whole / 60) });
  if (whole < 172800) return t("time.h", { n: Math.floor(whole / 3600) });
  return t("time.d", { n: Math.floor(whole / 86400) });
}

export const ago = (iso) => t("time.ago", { span: seconds((Date.now() - Date.parse(iso)) / 1000) });

export function clock(iso) {
  return new Date(iso).toLocaleTimeString(locale(), { hour12: false });
}

export const hourMinute = (iso) => clock(iso).slice(0, 5);

export function monthDay(iso) {
  return new Date(iso).toLocaleDateString(locale(), { day: "numeric", month: "short" });
}

export function dateHour(iso) {
  return new Date(iso).toLocaleString(locale(), { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false });
}

export function dateTime(iso) {
  if (!iso) return "–";
  return new Date(iso).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short", hour12: false });
}

export function date(iso) {
  if (!iso) return "–";
  return new Date(iso).toLocaleDateString(locale(), { dateStyle: "medium" });
}
