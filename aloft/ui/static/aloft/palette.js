// The palette: what can be done with the row under the cursor, and where one can go, by a few letters.

import { act, acts } from "./keys.js";

const $ = (selector) => document.querySelector(selector);
const palette = $("#palette");
const query = $("#palette-query");

let awaited = false; // Enter was pressed before the answer to what was typed had come
let asked = false;

const shown = () => [...palette.querySelectorAll("[role=option]:not([aria-disabled])")].filter((one) => one.checkVisibility());
const chosen = () => palette.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  query.setAttribute("aria-activedescendant", option?.id ?? "");
}

function step(by) {
  const list = shown();
  choose(list[(list.indexOf(chosen()) + by + list.length) % list.length]);
}

/** One option for each thing that can be done where the cursor was. */
function offerActs() {
  const place = $("#palette-acts");
  const found = acts();
  const about = found[0]?.closest("[data-about]")?.dataset.about ?? "On this page";
  const title = Object.assign(document.createElement("p"), { textContent: about, ariaHidden: "true" });
  place.setAttribute("aria-label", about);
  place.replaceChildren(title, ...found.map(option));
  place.hidden = !found.length;
}

function option(done, number) {
  const made = document.createElement("button");
  const key = Object.assign(document.createElement("kbd"), { textContent: done.dataset.key });
  Object.assign(made, { type: "button", role: "option", id: `palette-act-${number}`, tabIndex: -1 });
  made.append(done.querySelector(".icon")?.cloneNode(true) ?? "", done.textContent.trim(), key);
  made.addEventListener("click", () => act(done));
  return made;
}

/** Acts and commands are here already: they are narrowed without asking. */
function narrow() {
  const typed = query.value.trim().toLowerCase();
  for (const place of palette.querySelectorAll("#palette-acts, #palette-commands")) {
    const options = [...place.querySelectorAll("[role=option]")];
    for (const one of options) one.hidden = !one.textContent.toLowerCase().includes(typed);
    place.hidden = !options.some((one) => !one.hidden);
  }
  choose(shown()[0]);
}

export function openPalette() {
  if (!palette || palette.open) return;
  offerActs();
  query.value = "";
  palette.showModal();
  query.focus();
  narrow();
  asked = true;
  htmx.trigger(query, "palette:open");
}

function onKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (asked) awaited = true;
    else chosen()?.click();
  } else if (event.key === "Escape") {
    event.preventDefault(); // else a first press would only empty the field
    palette.close();
  }
}

/** What was asked before the last letters were typed counts for nothing. */
function answered(event) {
  const told = event.detail.xhr.responseURL;
  if (told && new URL(told).searchParams.get("q") !== query.value) return;
  asked = false;
  narrow();
  if (awaited) chosen()?.click();
  awaited = false;
}

if (palette) {
  query.addEventListener("input", () => {
    asked = true;
    awaited = false;
    narrow();
  });
  query.addEventListener("keydown", onKey);
  query.form.addEventListener("submit", (event) => event.preventDefault());
  palette.addEventListener("click", (event) => {
    if (event.target === palette || event.target.closest("button[role=option]")) palette.close();
  });
  palette.addEventListener("mousemove", (event) => choose(event.target.closest("[role=option]") ?? chosen()));
  for (const ended of ["htmx:afterSwap", "htmx:sendError", "htmx:responseError"]) {
    palette.addEventListener(ended, answered);
  }
  $("[data-find]")?.addEventListener("click", (event) => {
    event.preventDefault();
    openPalette();
  });
}
