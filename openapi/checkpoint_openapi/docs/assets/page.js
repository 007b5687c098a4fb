/* The page: it starts the renderer, filters the requirements, and in a preview follows the document. */
"use strict";

(() => {
  const root = document.documentElement;
  const live = document.body.classList.contains("live");
  const callable = document.body.classList.contains("callable");
  let shown = document.getElementById("document").textContent;

  /* Light and dark: the system's choice until the reader makes one. */
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const paint = () => root.classList.toggle("dark-mode", (stored() ?? (dark.matches ? "dark" : "light")) === "dark");
  paint();
  dark.addEventListener("change", paint);
  document.getElementById("theme").addEventListener("click", () => {
    const next = root.classList.contains("dark-mode") ? "light" : "dark";
    try { localStorage.setItem("theme", next); } catch { /* A page from a file may have no storage. */ }
    root.classList.toggle("dark-mode", next === "dark");
  });

  const parsed = () => JSON.parse(shown);
  /* A document that fits on a page is shown open, a large one by its names. */
  const operations = Object.values(parsed().paths ?? {}).flatMap(Object.keys).length;
  /* The samples of an operation stand above its responses. */
  const samplesOf = ({ path, method }) =>
    document.querySelector(`#samples > [data-operation="${CSS.escape(`${method.toUpperCase()} ${path}`)}"]`)?.innerHTML;
  /* The page has a banner and a main part of its own, and takes the rest from the renderer. */
  const layout = ({ React: { createElement } }) => ({ getComponent, specSelectors }) => {
    const part = (name) => createElement(getComponent(name, true));
    return createElement(
      "div",
      { className: "swagger-ui" },
      part("SvgAssets"),
      part("errors"),
      specSelectors.securityDefinitions() &&
        createElement(
          "div",
          { className: "scheme-container" },
          createElement("div", { className: "schemes wrapper" }, part("AuthorizeBtnContainer")),
        ),
      createElement("div", { className: "wrapper" }, part("operations")),
      (specSelectors.isOAS31() || specSelectors.isOAS32()) &&
        createElement("div", { className: "wrapper" }, part("Webhooks")),
      createElement("div", { className: "wrapper" }, part("Models")),
    );
  };
  const adapted = (system) => ({
    components: { PageLayout: layout(system) },
    wrapComponents: {
      responses: (Original) => (props) =>
        system.React.createElement(
          "div",
          null,
          system.React.createElement("div", {
            className: "samples",
            dangerouslySetInnerHTML: { __html: samplesOf(props) ?? "" },
          }),
          system.React.createElement(Original, props),
        ),
    },
  });
  const ui = SwaggerUIBundle({
    dom_id: "#swagger",
    plugins: [adapted],
    layout: "PageLayout",
    spec: parsed(),
    docExpansion: operations > 8 ? "list" : "full",
    defaultModelsExpandDepth: operations > 8 ? 0 : 9,
    defaultModelExpandDepth: 3,
    displayRequestDuration: true,
    tryItOutEnabled: false,
    supportedSubmitMethods: callable ? undefined : [],
    validatorUrl: null,
    showExtensions: false,
    onComplete: () => unfold(),
  });
  const unfold = () => {
    if (operations > 8) return;
    for (const name of Object.keys(parsed().components?.schemas ?? {})) {
      ui.layoutActions.show(["components", "schemas", name], true);
      ui.specActions.requestResolvedSubtree(["components", "schemas", name]);
    }
  };

  /* The renderer gives some of its parts no name, a role that they do not have, or no way in by keyboard. */
  const repairs = {
    ".model-box-control:not([aria-label])": (button) => {
      if (!button.textContent.trim()) button.ariaLabel = "Members";
    },
    ".examples-select-element:not([aria-label])": (select) => { select.ariaLabel = "Example"; },
    "[data-param-name] select:not([aria-label])": (select) => {
      select.ariaLabel = select.closest("[data-param-name]").dataset.paramName;
    },
    "pre.microlight:not([tabindex])": (pre) => { pre.tabIndex = 0; },
    "table[role]": (table) => table.removeAttribute("role"),
  };
  const drawn = document.getElementById("swagger");
  const repair = () => {
    for (const [parts, fix] of Object.entries(repairs)) drawn.querySelectorAll(parts).forEach(fix);
  };
  new MutationObserver(repair).observe(drawn, { childList: true, subtree: true });

  /* The lines of a long document have no elements; a link to one leads to its block. */
  const blockOf = (name) => {
    const [, file, line] = name.match(/^(.+)-L(\d+)$/) ?? [];
    const blocks = [...(document.getElementById(file)?.querySelectorAll(".block") ?? [])];
    return blocks.findLast((block) => parseInt(block.textContent, 10) <= line);
  };

  /* The renderer draws after the page is loaded. Keep what a link led to in place until the reader moves on. */
  let kept;
  const release = () => { kept = undefined; };
  for (const event of ["wheel", "touchmove", "keydown", "pointerdown", "click"])
    addEventListener(event, release, { capture: true, passive: true });
  new ResizeObserver(() => kept !== undefined && open(kept)).observe(document.body);

  /* The renderer opens every link in a new window; those into the page stay in it. */
  const open = (name) => {
    kept = name;
    const target = document.getElementById(decodeURIComponent(name)) ?? blockOf(decodeURIComponent(name));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView({ block: target.classList.contains("line") ? "center" : "start" });
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    const name = link.getAttribute("href").slice(1);
    if (location.hash !== `#${name}`) location.hash = name;
    open(name);
  });
  addEventListener("hashchange", () => open(location.hash.slice(1)));

  /* The clipboard is open to secure pages only; a page opened as a file selects the text and copies it. */
  const copy = async (pre) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
    } catch {
      getSelection().selectAllChildren(pre);
      document.execCommand("copy");
      getSelection().removeAllRanges();
    }
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button.copy");
    if (!button) return;
    await copy(button.nextElementSibling);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  const filter = () => {
    const input = document.getElementById("filter");
    if (!input) return;
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [...document.querySelectorAll(".requirement")];
    const fits = (row) => words.every((word) => row.textContent.toLowerCase().includes(word));
    for (const row of all) row.hidden = !fits(row);
    for (const group of document.querySelectorAll(".group"))
      group.hidden = !group.querySelector(".requirement:not([hidden])");
    const left = all.filter((row) => !row.hidden).length;
    document.getElementById("matches").textContent = words.length ? `${left} of ${all.length}` : "";
  };
  document.addEventListener("input", (event) => event.target.id === "filter" && filter());

  if (!live) {
    if (location.hash) addEventListener("load", () => requestAnimationFrame(() => open(location.hash.slice(1))));
    return;
  }

  for (const part of document.querySelectorAll("[data-live]")) part.written = part.innerHTML;
  /* Replace what changed, and leave alone what the reader opened, typed and scrolled to. */
  const refresh = async () => {
    const answer = await fetch("/", { cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    const opened = new Map([...document.querySelectorAll("details[id]")].map((node) => [node.id, node.open]));
    const typed = document.getElementById("filter")?.value;
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = next.getElementById(part.id);
      if (!fresh || part.written === fresh.innerHTML) continue;
      part.written = fresh.innerHTML;
      part.innerHTML = part.written;
    }
    for (const [name, state] of opened) {
      const node = document.getElementById(name);
      if (node) node.open = state;
    }
    if (typed) { document.getElementById("filter").value = typed; filter(); }
    const document_ = next.getElementById("document").textContent;
    if (document_ !== shown) {
      shown = document_;
      ui.specActions.updateSpec(shown);
      unfold();
    }
    document.title = next.title;
    root.dataset.build = next.documentElement.dataset.build;
    document.body.classList.remove("lost");
  };
  let pending = Promise.resolve();
  const lost = () => document.body.classList.add("lost");
  const events = new EventSource("/_preview/events");
  events.addEventListener("build", (event) => {
    pending = pending.then(() => (event.data === root.dataset.build ? undefined : refresh())).catch(lost);
  });
  events.addEventListener("open", () => document.body.classList.remove("lost"));
  events.addEventListener("error", lost);
})();
