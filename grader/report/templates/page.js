"use strict";
// The page is complete without this: it adds j and k, and buttons that copy.
(() => {
  const parts = [...document.querySelectorAll(".part")];
  const KEY = "grade-keys";
  let on = true;
  try { on = localStorage.getItem(KEY) !== "off"; } catch { /* a browser may forbid storage for files */ }
  const holder = document.getElementById("keys");
  const button = holder.querySelector("button");
  const show = () => {
    button.textContent = "Keys j and k move between parts: " + (on ? "on" : "off");
    button.setAttribute("aria-pressed", String(on));
  };
  button.addEventListener("click", () => {
    on = !on;
    try { localStorage.setItem(KEY, on ? "on" : "off"); } catch { /* then it holds for this visit */ }
    show();
  });
  holder.hidden = parts.length < 2;
  show();
  const move = (step) => {
    const tops = parts.map((part) => part.getBoundingClientRect().top);
    const here = tops.reduce((best, top, at) => (top < 24 ? at : best), -1);
    const target = parts[Math.min(Math.max(here + step, 0), parts.length - 1)];
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea")) return;
    if (event.key === "j") move(1);
    if (event.key === "k") move(-1);
  });
  for (const text of document.querySelectorAll("pre.text[aria-label^='Regrade']")) {
    const copy = document.createElement("button");
    copy.type = "button";
    copy.textContent = "Copy";
    copy.addEventListener("click", () => {
      getSelection().selectAllChildren(text);
      // The newer clipboard interface asks for a permission that a file from the disk may never get.
      copy.textContent = document.execCommand("copy") ? "Copied" : "Selected: copy it with your keyboard";
    });
    text.after(copy);
  }
})();
