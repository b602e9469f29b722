// What pages do beyond HTML: the theme, toasts, menus, and keeping one's place when the main part is replaced.

import { at, rows, showKeys } from "./keys.js";
import "./tour.js";

const root = document.documentElement;
const $ = (selector) => document.querySelector(selector);

/* Theme */

const isDark = () =>
  root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

function switchTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  localStorage.setItem("aloft.theme", root.dataset.theme);
}

/* Toasts: stay 8 s, and longer while the pointer or the focus is on them */

class Toast extends HTMLElement {
  connectedCallback() {
    this.wait();
    for (const event of ["focusin", "pointerenter"]) this.addEventListener(event, () => clearTimeout(this.timer));
    for (const event of ["focusout", "pointerleave"]) this.addEventListener(event, () => this.wait());
  }
  disconnectedCallback() {
    clearTimeout(this.timer);
  }
  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.remove(), 8000);
  }
}
customElements.define("aloft-toast", Toast);

function say(text) {
  const toast = document.createElement("aloft-toast");
  toast.className = "toast here";
  toast.textContent = text;
  $("#toasts")?.replaceChildren(toast);
}

/* Keeping one's place: what was open stays open, and the focus goes to the same row or the one that took its place */

let place = null;

const signedOut = (event) => new URL(event.detail.xhr.responseURL, location.href).pathname.startsWith("/sign-in");

function remember(event) {
  if (signedOut(event)) {
    event.detail.shouldSwap = false;
    location.reload();
    return;
  }
  if (event.detail.target?.id !== "main") return;
  const list = rows();
  place = {
    open: [...document.querySelectorAll("#main details[open][id]")].map((row) => row.id),
    row: list[at(list)]?.closest("[id]")?.id,
    index: at(list),
  };
}

function comeBack(event) {
  if (event.detail.target?.id !== "main" || !place) return;
  for (const id of place.open) document.getElementById(id)?.setAttribute("open", "");
  const list = rows();
  const same = place.row && document.getElementById(place.row)?.querySelector("[data-row]");
  (same || list[Math.min(place.index, list.length - 1)] || $("#main")).focus({ preventScroll: true });
  place = null;
}

/* An answer that never came must not look like one that did; what is gone is shown gone */

function unreached() {
  say("Nothing was saved: Aloft could not be reached. Try again in a moment.");
}

function refused(event) {
  if (event.detail.xhr.status !== 404) return say("Nothing was saved: Aloft failed. Try again in a moment.");
  say("Nothing was saved: it is gone, or with somebody else now. The page shows how it stands.");
  htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerHTML" });
}

/* The bell lets down what is new */

function letDown(event) {
  event.preventDefault();
  $("#notices").togglePopover();
  if ($("#notices").matches(":popover-open")) htmx.trigger("#notices-here", "notices:open");
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  if (event.target.closest("[data-bell]")) letDown(event);
  if (event.target.closest("[data-keys]")) {
    $("#you")?.hidePopover();
    showKeys();
  }
  if (event.target.closest("[data-close]")) {
    const panel = event.target.closest("[data-panel]");
    panel.closest("details")?.querySelector("[data-row]")?.focus();
    panel.replaceChildren();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.closest?.("[data-panel]")?.querySelector("[data-close]")?.click();
});
document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:afterSettle", comeBack);
document.addEventListener("htmx:sendError", unreached);
document.addEventListener("htmx:responseError", refused);
