// Keys, and the cursor that j and k move over the rows of a page.

import { openPalette } from "./palette.js";

const $ = (selector) => document.querySelector(selector);

export const rows = () => [...document.querySelectorAll("#main [data-row]")].filter((row) => row.checkVisibility());
export const at = (list) => list.findIndex((row) => row.closest("details, tr, li")?.contains(document.activeElement));

function move(step) {
  const list = rows();
  if (!list.length) return;
  const here = at(list);
  const next = here < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, here + step));
  list[next].focus();
  list[next].scrollIntoView({ block: "nearest" });
}

function open() {
  const list = rows();
  list[at(list)]?.click();
}

/** What can be done here: with the row under the cursor, or else with what the page is about. */
export function acts() {
  const list = rows();
  const row = list[at(list)]?.closest("details, tr, li");
  const place = row?.querySelector("[data-key]") ? row : $("#main");
  return [...place.querySelectorAll("[data-key]")].filter((act) => row === place || !act.closest("details.moment"));
}

export function act(element) {
  element.closest("details:not([open])")?.setAttribute("open", "");
  element.focus();
  element.click();
}

const undo = () => $("#toasts button")?.click();
export const showKeys = () => $("#keys")?.showModal();

const keys = { j: () => move(1), k: () => move(-1), o: open, e: open, u: undo, "/": openPalette, "?": showKeys };
const afterG = { t: "today", a: "accounts", r: "revenue", n: "notices", m: "model", d: "data" };
let gAt = -Infinity;

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function go(place) {
  const link = place === "notices" ? $("#bell") : $(`#navigation [data-place="${place}"]`);
  if (link) location.assign(link.href);
}

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !$("dialog:modal")) {
    event.preventDefault();
    openPalette();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || $("dialog:modal")) return;
  const follows = event.timeStamp - gAt < 1500;
  gAt = event.key === "g" ? event.timeStamp : -Infinity;
  if (follows && afterG[event.key]) return go(afterG[event.key]);
  const does = keys[event.key] ?? acts().find((one) => one.dataset.key === event.key);
  if (!does) return;
  event.preventDefault();
  if (does instanceof Element) act(does);
  else does();
}

document.addEventListener("keydown", onKey);
