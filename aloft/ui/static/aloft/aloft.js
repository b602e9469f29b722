// What pages do beyond HTML: the theme, keys, toasts, and keeping one's place when the main part is replaced.

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

/* Keys */

const rows = () => [...document.querySelectorAll("#main [data-row]")];
const here = (list) => list.findIndex((row) => row === document.activeElement || row.parentElement.contains(document.activeElement));

function move(step) {
  const list = rows();
  if (!list.length) return;
  const at = here(list);
  const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, at + step));
  list[next].focus();
  list[next].scrollIntoView({ block: "nearest" });
}

function open() {
  const list = rows();
  const at = here(list);
  if (at >= 0) list[at].click();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  o: open,
  "/": () => $("#command")?.focus(),
  "?": () => $("#keys")?.showModal(),
};
const afterG = { t: "/", a: "/accounts/" };
let gAt = 0;

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || $("dialog[open]")) return;
  const follows = event.timeStamp - gAt < 1500;
  gAt = event.key === "g" ? event.timeStamp : 0;
  if (follows && afterG[event.key]) location.assign(afterG[event.key]);
  else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
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
    row: list[here(list)]?.parentElement.id,
    index: here(list),
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

/* An answer that never came must not look like one that did */

function failed() {
  const toast = document.createElement("aloft-toast");
  toast.className = "toast here";
  toast.textContent = "Nothing was saved: Aloft could not be reached or failed. Try again in a moment.";
  $("#toasts")?.replaceChildren(toast);
}

document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  if (event.target.closest("[data-keys]")) {
    $("#you")?.hidePopover();
    $("#keys")?.showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("[data-panel]")?.replaceChildren();
});
document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:afterSettle", comeBack);
document.addEventListener("htmx:sendError", failed);
document.addEventListener("htmx:responseError", failed);
