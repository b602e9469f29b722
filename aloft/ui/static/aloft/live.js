// A part that asks for itself again and again stops while nobody sees it, while it is read, and when it is told to.

const paused = (part) => document.querySelector(`[data-pause="${part.id}"]`)?.getAttribute("aria-pressed") === "true";
const isRead = (part) => part.matches(":focus-within");

document.addEventListener("htmx:beforeRequest", (event) => {
  const part = event.target;
  if (part.matches?.("[data-live]") && (document.hidden || paused(part) || isRead(part))) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pause]");
  if (button) button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
});
