// A panel under a canvas: what it shows is marked, it takes the focus as it opens and gives it back as it closes.

const panel = () => document.getElementById("element");
let opener = null;

function mark(shown) {
  for (const link of document.querySelectorAll("[data-opens]")) {
    if (link.dataset.opens === shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function settled(event) {
  if (event.detail.target?.id !== "element" || !panel()) return;
  mark(panel().dataset.of);
  if (panel().hidden) opener?.focus();
  else {
    panel().querySelector("h2").focus({ preventScroll: true });
    panel().scrollIntoView({ block: "nearest" });
  }
}

document.addEventListener("htmx:afterSettle", settled);
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-opens]");
  if (link && !panel()?.contains(link)) opener = link;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel()?.contains(event.target)) panel().querySelector("[data-closes]")?.click();
});
