// Choosing accounts of a list: by the pointer, a range with shift, the whole page, or with x on the row under the focus.

const all = (selector) => [...document.querySelectorAll(selector)];
const ticks = () => all("[data-pick]");
let last = null;

function told() {
  const bar = document.getElementById("pick");
  if (!bar) return;
  const chosen = ticks().filter((tick) => tick.checked);
  const everything = bar.querySelector("[data-pick-everything]");
  const mrr = chosen.reduce((sum, tick) => sum + Number(tick.dataset.mrr || 0), 0);
  bar.hidden = !chosen.length && !everything?.checked;
  bar.querySelector("[data-pick-count]").textContent = everything?.checked
    ? "All selected"
    : `${chosen.length.toLocaleString("en")} selected, ${mrr.toLocaleString("en")} MRR`;
  for (const tick of ticks()) tick.closest("tr").setAttribute("aria-selected", tick.checked);
  const master = document.querySelector("[data-pick-all]");
  if (!master) return;
  master.checked = chosen.length > 0 && chosen.length === ticks().length;
  master.indeterminate = chosen.length > 0 && !master.checked;
}

function range(tick) {
  const list = ticks();
  const [from, to] = [list.indexOf(last), list.indexOf(tick)].sort((a, b) => a - b);
  if (from >= 0) for (const between of list.slice(from, to + 1)) between.checked = tick.checked;
}

function clicked(event) {
  const tick = event.target.closest?.("[data-pick]");
  if (tick) {
    if (event.shiftKey) range(tick);
    last = tick;
  }
  const master = event.target.closest?.("[data-pick-all]");
  if (master) for (const each of ticks()) each.checked = master.checked;
  if (event.target.closest?.("[data-pick-none]")) {
    for (const each of all("[data-pick], [data-pick-everything]")) each.checked = false;
  }
  if (document.getElementById("pick")) told();
}

function pressed(event) {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]")) return;
  const tick = event.target.closest?.("tr")?.querySelector("[data-pick]");
  if (!tick) return;
  event.preventDefault();
  tick.checked = !tick.checked;
  last = tick;
  told();
}

// A menu opens under its button; without script it opens in the middle, under a thumb above the bar at the foot.
function place(event) {
  const menu = event.target;
  if (event.newState !== "open" || !menu.classList?.contains("wide-menu")) return;
  const button = document.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
  const left = Math.max(8, Math.min(button.left, innerWidth - menu.offsetWidth - 8));
  const top = Math.max(8, Math.min(button.bottom + 4, innerHeight - menu.offsetHeight - 8));
  Object.assign(menu.style, { margin: "0", inset: `${top}px auto auto ${left}px` });
}

// htmx hands the attributes of an element on to the one that takes its place, and the policy lets no style through.
function unplace() {
  for (const menu of all(".wide-menu[style]")) menu.removeAttribute("style");
}

function ready() {
  for (const hidden of all("[data-pick-all], [data-pick-none]")) hidden.hidden = false;
  last = null;
  told();
}

document.addEventListener("click", clicked);
document.addEventListener("keydown", pressed);
document.addEventListener("toggle", place, true);
document.addEventListener("htmx:beforeSwap", unplace);
document.addEventListener("htmx:afterSettle", ready);
ready();
