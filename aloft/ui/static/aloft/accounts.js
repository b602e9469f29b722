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

function ready() {
  for (const hidden of all("[data-pick-all], [data-pick-none]")) hidden.hidden = false;
  last = null;
  told();
}

document.addEventListener("click", clicked);
document.addEventListener("keydown", pressed);
document.addEventListener("htmx:afterSettle", ready);
ready();
