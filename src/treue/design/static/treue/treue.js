/* What a page cannot do with HTML alone: theme, dialogs, toasts, copying, menus that close, print. Every page
   works without it. Nothing here writes markup from text: elements are made and filled as text. */
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  /* theme: the server reads the cookie, so a page never flashes in the other one */
  const theme = () => root.dataset.theme || "";
  function choose(value) {
    if (value) root.dataset.theme = value;
    else delete root.dataset.theme;
    const age = value ? 365 * 24 * 3600 : 0;
    document.cookie = `treue_theme=${value}; path=/; max-age=${age}; samesite=lax`;
    showTheme();
  }
  function showTheme() {
    for (const button of document.querySelectorAll("[data-theme-choice]"))
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme()));
  }

  /* toasts stay eight seconds and while pointed at or focused; errors stay until closed */
  const STAY_MS = 8000;
  const toasts = () => document.getElementById("toasts");
  function element(name, attributes, text) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text) made.textContent = text;
    return made;
  }
  function dismissLater(toast) {
    if (toast.classList.contains("bad")) return;
    let timer = 0;
    const start = () => { timer = setTimeout(() => toast.remove(), STAY_MS); };
    const stop = () => clearTimeout(timer);
    for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stop);
    for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, start);
    start();
  }
  function show({ text, kind = "good", undo = "" }) {
    const words = document.body.dataset;
    const toast = element("div", { class: `toast ${kind}`, "data-toast": "" });
    toast.append(element("span", {}, text));
    if (undo) toast.append(element("button", { class: "btn small", type: "button", "hx-post": undo, "hx-swap": "none", "data-dismiss": "" }, words.undoes));
    toast.append(element("button", { class: "btn small", type: "button", "data-dismiss": "" }, words.closes));
    toasts().append(toast);
    window.htmx?.process(toast);
    dismissLater(toast);
  }
  function announce(text) {
    document.getElementById("announce").textContent = text;
  }

  /* long work announces each tenth, not each percent, and its end */
  function announceJobs(scope) {
    for (const job of scope.querySelectorAll?.("[data-job]") ?? []) announceJob(job);
    if (scope.matches?.("[data-job]")) announceJob(scope);
  }
  const tenths = new Map();
  function announceJob(job) {
    const { job: name, percent, message } = job.dataset;
    const tenth = message ? message : Math.floor(Number(percent || 0) / 10);
    if (tenths.has(name) && tenths.get(name) !== tenth) announce(message ? `${name}: ${message}` : `${name}: ${tenth * 10} %`);
    tenths.set(name, tenth);
  }

  async function copy(button) {
    const text = button.dataset.copy || location.href;
    if (!navigator.clipboard) return show({ text, kind: "bad" }); /* only https may copy: show it to be copied by hand */
    await navigator.clipboard.writeText(text);
    show({ text: button.dataset.copied, kind: "info" });
  }

  const actions = [
    ["[data-theme-choice]", (button) => choose(button.dataset.themeChoice)],
    ["[data-dialog]", (button, event) => { event.preventDefault(); document.getElementById(button.dataset.dialog).showModal(); }],
    ["[data-close]", (button) => button.closest("dialog").close()],
    ["[data-dismiss]", (button) => setTimeout(() => button.closest("[data-toast]").remove())],
    ["[data-copy]", copy],
    ["[data-print]", () => print()],
    ["[aria-disabled=true]", (button, event) => { event.preventDefault(); event.stopPropagation(); }],
  ];
  document.addEventListener("click", (event) => {
    for (const [selector, act] of actions) {
      const target = event.target.closest(selector);
      if (target) act(target, event);
    }
    if (event.target.matches("dialog")) event.target.close(); /* the backdrop */
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) menu.open = false;
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* a form on its way is not sent once more by a double click */
  const DOUBLE_MS = 2000;
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("method") !== "post" || event.defaultPrevented) return;
    if (Date.now() - (sent.get(event.target) ?? 0) < DOUBLE_MS) event.preventDefault();
    else sent.set(event.target, Date.now());
  });

  /* filters follow a choice at once, and what is typed in any of their fields once it rests or the field is left */
  const REST_MS = 400;
  let resting = 0;
  const filters = (event) => event.target.closest("form[data-filters]");
  const isTyped = (field) => field.matches("input:not([type=checkbox], [type=radio])");
  function narrow(form) {
    rest();
    form.dispatchEvent(new Event("narrow"));
  }
  function rest() {
    clearTimeout(resting);
    resting = 0;
  }
  document.addEventListener("input", (event) => {
    const form = filters(event);
    if (!form || !isTyped(event.target)) return;
    rest();
    resting = setTimeout(() => narrow(form), REST_MS);
  });
  document.addEventListener("change", (event) => {
    const form = filters(event);
    if (form && (resting || !isTyped(event.target))) narrow(form);
  });
  document.addEventListener("submit", (event) => { if (filters(event)) rest(); });
  /* a field that comes anew while somebody types in it keeps what was typed meanwhile */
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const typed = document.activeElement;
    const anew = typed?.id && event.detail.fragment?.querySelector(`#${CSS.escape(typed.id)}`);
    if (anew && isTyped(typed)) anew.value = typed.value;
  });

  /* a field for a file says which one was chosen */
  function nameFile(input) {
    const place = input.closest(".file")?.querySelector("[data-file-name]");
    if (place && input.files.length) place.replaceChildren(element("b", {}, input.files[0].name));
  }
  document.addEventListener("change", (event) => { if (event.target.type === "file") nameFile(event.target); });
  addEventListener("pageshow", () => document.querySelectorAll("[type=file]").forEach(nameFile));

  /* marks of a long page: the section that stands under them is the current one; of two side by side, the one asked for */
  function markSections() {
    for (const nav of document.querySelectorAll("[data-jump]")) mark(nav);
  }
  function mark(nav) {
    const reading = nav.getBoundingClientRect().bottom + 40;
    const atEnd = innerHeight + scrollY >= root.scrollHeight - 2;
    let here = null;
    let highest = -Infinity;
    for (const link of nav.querySelectorAll("a")) {
      const top = document.querySelector(link.hash)?.getBoundingClientRect().top;
      const asked = link.hash === location.hash;
      if (top === undefined || (top > reading && !(atEnd && asked))) continue;
      if (top > highest || asked) here = link;
      highest = Math.max(highest, top);
    }
    if (here === nav.querySelector("[aria-current]")) return;
    nav.querySelector("[aria-current]")?.removeAttribute("aria-current");
    here?.setAttribute("aria-current", "true");
    if (here) here.parentElement.scrollLeft = here.offsetLeft - 16;
  }
  let marking = 0;
  addEventListener("scroll", () => { cancelAnimationFrame(marking); marking = requestAnimationFrame(markSections); }, { passive: true });
  addEventListener("hashchange", markSections);
  document.addEventListener("htmx:afterSettle", markSections);

  /* print: what is folded is opened for the paper, and folded again */
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.how:not([open])")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  /* htmx: say that a region waits, show the server's toasts, say when no answer came */
  document.addEventListener("htmx:beforeRequest", (event) => {
    /* what brings itself up to date leaves alone who reads or stands in it */
    const quiet = event.target.closest("[data-quiet]");
    if (quiet?.contains(document.activeElement) || quiet?.querySelector("details[open]")) return event.preventDefault();
    if (!event.target.closest("[data-job]")) event.detail.target?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute("aria-busy"));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig, pathInfo } = event.detail;
    const path = (address) => new URL(address, location).pathname;
    if (requestConfig.verb !== "get" || path(xhr.responseURL) === path(pathInfo.requestPath)) return;
    event.detail.shouldSwap = false; /* led elsewhere, to the sign-in: go there with the whole page */
    location.reload();
  });
  document.addEventListener("htmx:afterSettle", (event) => announceJobs(event.detail.elt));
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
    document.addEventListener(name, (event) => {
      if (!event.target.closest("[data-job], [data-quiet]")) show({ text: document.body.dataset.failed, kind: "bad" });
    });
  document.addEventListener("toast", (event) => show(event.detail));

  document.addEventListener("DOMContentLoaded", () => {
    showTheme();
    announceJobs(document);
    markSections();
    document.querySelector("[data-focus]:not([data-sample] *)")?.focus();
    const waiting = [...toasts().children]; /* a live region speaks only about what arrives after it */
    toasts().replaceChildren();
    setTimeout(() => { toasts().append(...waiting); waiting.forEach(dismissLater); }, 100);
  });
})();
