// Five steps for a newcomer: beside the page, not over it. Its end, or skipping it, is remembered.

class Tour extends HTMLElement {
  connectedCallback() {
    this.steps = [...this.querySelectorAll("section")];
    this.addEventListener("click", (event) => {
      const by = event.target.closest("[data-tour-step]")?.dataset.tourStep;
      if (by) this.show(this.place + Number(by));
      if (event.target.closest("[data-tour-end]")) this.end();
    });
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.end();
      if (event.key === "ArrowRight" && this.place < this.steps.length - 1) this.show(this.place + 1);
      if (event.key === "ArrowLeft" && this.place > 0) this.show(this.place - 1);
    });
    if ("now" in this.dataset) this.show(0);
  }

  show(place) {
    this.place = place;
    this.hidden = false;
    this.steps.forEach((step, number) => (step.hidden = number !== place));
    this.point(document.querySelector(this.steps[place].dataset.at));
    this.steps[place].querySelector("h2").focus();
  }

  /** Draws a ring around what the step is about. */
  point(at) {
    document.querySelector(".toured")?.classList.remove("toured");
    at?.classList.add("toured");
    at?.scrollIntoView({ block: "center" });
  }

  end() {
    this.hidden = true;
    this.point(null);
    document.querySelector("#main").focus({ preventScroll: true });
    const body = new FormData(this.querySelector("form"));
    fetch(this.dataset.done, { method: "POST", body, headers: { "HX-Request": "true" } });
  }
}
customElements.define("aloft-tour", Tour);

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tour]")) return;
  document.querySelector("#you")?.hidePopover();
  document.querySelector("#tour")?.show(0);
});
