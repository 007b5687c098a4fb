/* Adds to a page that is complete without it: buttons that copy, and forms that filter rows. */
(() => {
  document.documentElement.classList.add("scripted");

  /* Without access to the clipboard, select the text, and copy what is selected. */
  const copy = async (node) => {
    try {
      await navigator.clipboard.writeText(node.textContent);
    } catch {
      getSelection().selectAllChildren(node);
      document.execCommand("copy");
    }
  };

  const addButton = (box, model) => {
    const button = box.appendChild(model.cloneNode(true));
    const label = button.textContent;
    button.addEventListener("click", async () => {
      await copy(box.firstElementChild);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = label; }, 1500);
    });
  };

  const startFilter = (form) => {
    const rows = [...document.getElementById(form.dataset.rows).querySelectorAll("[data-row]")];
    const output = form.querySelector("output");
    const apply = () => {
      const { words, ...chosen } = Object.fromEntries(new FormData(form));
      const wanted = words.toLowerCase().split(/\s+/);
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !wanted.every((word) => text.includes(word))
          || Object.entries(chosen).some(([name, value]) => value && row.dataset[name] !== value);
      }
      const shown = rows.filter((row) => !row.hidden).length;
      output.value = output.dataset.told.replace("{shown}", shown).replace("{all}", rows.length);
    };
    for (const kind of ["input", "change"]) form.addEventListener(kind, apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("hashchange", () => {
      if (document.querySelector(":target")?.closest("[data-row][hidden]")) { form.reset(); apply(); }
    });
    apply();
  };

  /* A folded part opens for the link that leads to it or into it. */
  const unfold = () => {
    const target = document.querySelector(":target");
    if (target?.firstElementChild?.tagName === "DETAILS") target.firstElementChild.open = true;
    for (let node = target?.closest("details"); node; node = node.parentElement.closest("details")) node.open = true;
  };

  document.addEventListener("DOMContentLoaded", () => {
    const model = document.getElementById("copy").content.firstElementChild;
    for (const box of document.querySelectorAll(".copyable")) addButton(box, model);
    for (const form of document.querySelectorAll("form.filter")) startFilter(form);
    addEventListener("hashchange", unfold);
    unfold();
  });
})();
