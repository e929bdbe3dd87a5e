"use strict";
(() => {
  const form = document.getElementById("filters");
  const items = [...document.querySelectorAll(".item")];
  if (!form) return;
  const apply = () => {
    const boxes = [...form.querySelectorAll('input[name="verdict"]')];
    const shown = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const search = form.querySelector('input[name="words"]');
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const item of items) {
      const text = item.textContent.toLowerCase();
      const ofVerdict = boxes.length === 0 || shown.has(item.dataset.verdict);
      item.hidden = !(ofVerdict && words.every((word) => text.includes(word)));
      if (!item.hidden) count += 1;
    }
    document.getElementById("count").textContent = `${count} of ${items.length} shown`;
  };
  const fold = (open) => {
    for (const details of document.querySelectorAll("details")) details.open = open;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("unfold").addEventListener("click", () => fold(true));
  document.getElementById("fold").addEventListener("click", () => fold(false));
  let folded = [];
  window.addEventListener("beforeprint", () => {
    // What is met needs no proof on paper, unless it was unfolded.
    const unmet = [...document.querySelectorAll('.item:not([data-verdict="allowed"])')];
    folded = unmet.flatMap((item) => [item, ...item.querySelectorAll("details")]).filter((details) => !details.open);
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
  apply();
})();
