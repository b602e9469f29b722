// The text of a model: line numbers, problems at their lines, and saving by Ctrl-S. Without script it is a text field.

const marks = () => [...document.querySelectorAll("#draft-told [data-line]")];

class Editor extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.querySelector(".gutter")?.remove();
    const gutter = document.createElement("div");
    gutter.className = "gutter";
    gutter.setAttribute("aria-hidden", "true");
    this.gutter = gutter.appendChild(document.createElement("ol"));
    this.prepend(gutter);
    this.area.addEventListener("input", () => this.number());
    this.area.addEventListener("scroll", () => this.follow());
    this.number();
    this.show(Number(this.dataset.first));
  }
  number() {
    const lines = this.area.value.split("\n").length;
    while (this.gutter.children.length > lines) this.gutter.lastChild.remove();
    while (this.gutter.children.length < lines) this.gutter.append(document.createElement("li"));
    const bad = new Set(marks().map((mark) => Number(mark.dataset.line)));
    [...this.gutter.children].forEach((line, i) => line.classList.toggle("err", bad.has(i + 1)));
    this.follow();
  }
  follow() {
    this.gutter.parentElement.scrollTop = this.area.scrollTop;
  }
  start(line) {
    return this.area.value.split("\n").slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  }
  show(line) {
    if (!line) return;
    const height = this.area.scrollHeight / this.area.value.split("\n").length;
    this.area.scrollTop = Math.max(0, (line - 4) * height);
    for (const [i, each] of [...this.gutter.children].entries()) each.classList.toggle("on", i === line - 1);
  }
  go(line, column) {
    const at = this.start(line) + column - 1;
    this.area.focus();
    this.area.setSelectionRange(at, at);
    this.show(line);
  }
}
customElements.define("aloft-editor", Editor);

const editor = () => document.querySelector("aloft-editor");

// Who saves says which revision they had before them: every form of the page learns the newest.
function settled() {
  const newest = document.querySelector("#draft-told [data-newest]")?.dataset.newest;
  if (!newest || !editor()) return;
  for (const field of document.querySelectorAll("[data-revision]")) field.value = newest;
  const undo = document.querySelector("[data-undo]");
  if (undo && document.querySelector("#draft-told .saved")) undo.disabled = false;
  editor().number();
}

function chosen(event) {
  if (event.detail.target?.id !== "draft-side") return;
  const side = document.getElementById("draft-side");
  for (const field of document.querySelectorAll("[data-part], [data-undo-part]")) field.value = side.dataset.chosen;
  editor()?.show(Number(side.dataset.first));
}

// Arrows walk through the parts of a draft and the moments of the lanes.
const WALKS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
function walked(event) {
  const link = event.target.closest?.("[data-part-link], .lanes [data-opens]");
  if (!link || !WALKS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = [...document.querySelectorAll(link.matches("[data-part-link]") ? "[data-part-link]" : ".lanes [data-opens]")];
  const next = all[all.indexOf(link) + WALKS[event.key]];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

document.addEventListener("htmx:afterSettle", (event) => {
  settled();
  chosen(event);
});
document.addEventListener("click", (event) => {
  const mark = event.target.closest("#draft-told [data-line]");
  if (mark) editor()?.go(Number(mark.dataset.line), Number(mark.dataset.column));
});
document.addEventListener("keydown", (event) => {
  walked(event);
  if (!editor()) return;
  if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (event.target.closest?.(".draft-form")) event.target.closest("form").requestSubmit();
    else htmx.trigger(editor().area, "save");
  }
  if (event.key === "Escape" && event.target.closest?.(".draft-form")) {
    document.querySelector('[data-part-link][aria-current="true"]')?.focus();
  }
});
