/* The storefront without waiting: adding, changing, looking. Every page works without this file. */
"use strict";
{
  const say = (words) => {
    const region = document.getElementById("say");
    region.textContent = "";
    setTimeout(() => { region.textContent = words; }, 50);
  };

  /* The language chosen by link is remembered for the next visit to /. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-language]");
    if (!link) return;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `django_language=${link.dataset.language}; path=/; max-age=31536000; samesite=lax${secure}`;
  });

  /* Copying and printing need a script, so their buttons show only with one. */
  document.querySelectorAll("[data-copy], [data-print]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if ("print" in button.dataset) return print();
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch { // the browsers inside chat apps lack it: the text is selected instead, for a long press
      const shown = button.dataset.from && document.getElementById(button.dataset.from);
      return shown && getSelection().selectAllChildren(shown);
    }
    button.textContent = button.dataset.copied;
    say(button.dataset.copied);
  });

  /* A password can be looked at while it is typed; it is hidden again before it is sent. */
  document.querySelectorAll("[data-reveal]").forEach((button) => {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    const show = (shown) => {
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
    };
    button.hidden = false;
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
  });

  /* Esc closes the phone menu and gives the focus back. */
  const menu = document.querySelector("details.menu");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  const parsed = async (address) => new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");

  /* Filters apply as they are changed: the server's own page brings the list, the focus stays, the count is told. */
  const sieve = document.querySelector("form[data-auto]");
  let turn = 0, shown = location.search;
  sieve?.addEventListener("change", async () => {
    const mine = ++turn;
    const query = `${new URLSearchParams([...new FormData(sieve)].filter(([, value]) => value && value !== "new"))}`;
    const address = sieve.getAttribute("action") + (query && `?${query}`);
    document.getElementById("list").setAttribute("aria-busy", "true");
    try {
      const page = await parsed(address);
      if (mine !== turn) return;
      document.getElementById("list").replaceWith(page.getElementById("list"));
      document.querySelectorAll("a[data-language]").forEach((link) => {
        link.href = page.querySelector(`a[data-language="${link.dataset.language}"]`).getAttribute("href");
      });
      history.pushState(null, "", address);
      shown = location.search;
      say(document.getElementById("found-words").textContent);
    } catch {
      sieve.requestSubmit();
    }
  });
  if (sieve) addEventListener("popstate", () => { if (location.search !== shown) location.reload(); });

  /* The search field suggests: a combobox with a list after the ARIA practices. While a word is being composed it waits. */
  const search = document.querySelector("form[data-suggest]");
  if (search) {
    const field = search.elements.q;
    const list = Object.assign(document.createElement("ul"), { id: "suggestions", className: "suggestions", hidden: true });
    let waiting, at = -1;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.parentElement.dataset.label);
    field.after(list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-autocomplete": "list", "aria-expanded": "false" })) field.setAttribute(name, value);
    const open = (on) => {
      list.hidden = !on;
      field.setAttribute("aria-expanded", on);
      mark(-1);
    };
    const mark = (index) => {
      at = index;
      [...list.children].forEach((row, n) => row.setAttribute("aria-selected", n === at));
      if (at < 0) return field.removeAttribute("aria-activedescendant");
      field.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    };
    const ask = async () => {
      const term = field.value.trim();
      if (!term) return open(false);
      const answer = await fetch(`${search.dataset.suggest}?${new URLSearchParams({ q: term })}`).catch(() => null);
      if (!answer?.ok || field.value.trim() !== term || document.activeElement !== field) return;
      const { found, said } = await answer.json();
      list.replaceChildren(...found.map(({ name, url }, n) => {
        const row = Object.assign(document.createElement("li"), { id: `suggestion-${n}`, textContent: name });
        row.setAttribute("role", "option");
        row.dataset.url = url;
        return row;
      }));
      open(found.length > 0);
      say(said);
    };
    field.addEventListener("input", (event) => {
      clearTimeout(waiting);
      if (!event.isComposing) waiting = setTimeout(ask, 150);
    });
    field.addEventListener("compositionend", () => { waiting = setTimeout(ask, 150); });
    field.addEventListener("blur", () => open(false));
    field.addEventListener("keydown", (event) => {
      const rows = list.children.length, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (list.hidden || event.isComposing) return;
      if (step) mark((at + step + rows + (at < 0 && step < 0)) % rows);
      else if (event.key === "Escape") open(false);
      else if (event.key === "Enter" && at >= 0) location.href = list.children[at].dataset.url;
      else return;
      event.preventDefault();
    });
    /* Before the field loses the focus and the list goes. */
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => { location.href = event.target.closest("[data-url]").dataset.url; });
  }

  /* Wide screens show the filters, narrow ones fold them away. */
  const filters = document.querySelector("details.filters");
  const wide = matchMedia("(min-width: 56rem)");
  const unfold = () => { if (wide.matches) filters.open = true; };
  if (filters) { unfold(); wide.addEventListener("change", unfold); }

  /* After a failed form the summary of errors is where to go on. */
  const errors = document.querySelector(".errors");
  if (errors) { errors.tabIndex = -1; errors.focus(); }

  const count = (number, words) => {
    const link = document.getElementById("cart-link");
    link.querySelectorAll(".count, .count + .sr").forEach((old) => old.remove());
    link.insertAdjacentHTML("beforeend", '<span class="count" aria-hidden="true"></span><span class="sr"></span>');
    link.querySelector(".count").textContent = number;
    link.lastElementChild.textContent = words;
  };

  let hiding;
  const toast = (words, href, label) => {
    document.querySelector(".toast")?.remove();
    const box = document.createElement("p");
    box.className = "toast";
    box.append(words);
    if (href) {
      const link = Object.assign(document.createElement("a"), { href, textContent: label });
      box.append(link);
    }
    document.getElementById("main").append(box);
    say(words);
    clearTimeout(hiding);
    hiding = setTimeout(() => { if (!box.contains(document.activeElement)) box.remove(); }, 8000);
  };

  const post = async (form, submitter, accept) => {
    submitter?.setAttribute("aria-busy", "true");
    try {
      return await fetch(form.action, { method: "POST", body: new FormData(form, submitter), headers: { Accept: accept } });
    } finally {
      submitter?.removeAttribute("aria-busy");
    }
  };

  /* Product page: pictures, options, quantity, adding. */
  const buy = document.getElementById("buy");
  const form = buy?.querySelector("form[data-add]");

  document.getElementById("gallery")?.addEventListener("click", (event) => {
    const thumb = event.target.closest(".thumbs a");
    if (!thumb) return;
    event.preventDefault();
    const link = document.querySelector(".main-picture");
    const picture = link.querySelector("img");
    picture.srcset = thumb.dataset.srcset;
    picture.src = thumb.dataset.src;
    picture.alt = thumb.querySelector("img").alt;
    link.href = thumb.dataset.large;
    document.querySelectorAll(".thumbs a").forEach((each) => each.removeAttribute("aria-current"));
    thumb.setAttribute("aria-current", "true");
  });

  document.getElementById("gallery")?.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const thumbs = [...document.querySelectorAll(".thumbs a")];
    const at = thumbs.indexOf(document.activeElement);
    if (!step || at < 0) return;
    const next = thumbs[(at + step + thumbs.length) % thumbs.length];
    next.focus();
    next.click();
  });

  buy?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const field = buy.querySelector("#quantity");
    const most = Math.min(99, Number(buy.dataset.stock)) || 1;
    const asked = (parseInt(field.value, 10) || 0) + Number(button.dataset.step);
    field.value = Math.max(1, Math.min(asked, most));
    say(field.value);
  });

  /* Another option: the server draws its price, stock and number; focus stays where it is. */
  buy?.addEventListener("change", async (event) => {
    const option = event.target.closest("input[name=variant]");
    if (!option) return;
    const page = await parsed(option.dataset.more);
    const fresh = page.getElementById("buy");
    if (!fresh || !option.checked) return;
    Object.assign(buy.dataset, fresh.dataset);
    document.querySelectorAll("[data-live]").forEach((part) => {
      part.innerHTML = page.getElementById(part.id)?.innerHTML ?? part.innerHTML;
    });
    say(document.getElementById("offer").textContent.trim().replace(/\s+/g, " "));
  });

  form?.addEventListener("submit", async (event) => {
    if (event.submitter?.value === "buy") return;
    event.preventDefault();
    if (event.submitter?.getAttribute("aria-busy")) return;
    try {
      const answer = await post(form, event.submitter, "application/json");
      const { said, count: number, words } = await answer.json();
      if (answer.ok) {
        count(number, words);
        toast(`${said} · ${words}`, form.dataset.next, form.dataset.nextWords);
      } else {
        toast(said);
        form.querySelector("#quantity").setAttribute("aria-invalid", "true");
        form.querySelector("#quantity").focus();
      }
    } catch {
      form.submit();
    }
  });

  /* On phones the price and the button stay in reach once the button has left the screen. */
  const button = document.getElementById("add");
  const bar = document.querySelector(".bar");
  if (button && bar) {
    const below = { rootMargin: "0px 0px 99999px 0px" };
    new IntersectionObserver(([entry]) => { bar.hidden = entry.isIntersecting; }, below).observe(button);
    bar.querySelector("button").addEventListener("click", () => button.click());
  }

  /* Cart: the server's own page brings the new totals; the field keeps the focus. */
  const cart = document.getElementById("cart");
  let typed;
  cart?.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(typed);
    const kept = event.submitter?.id || document.activeElement?.id;
    try {
      const answer = await post(event.target, event.submitter, "text/html");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("cart");
      if (!fresh) throw new Error("no cart");
      cart.innerHTML = fresh.innerHTML;
      document.getElementById("cart-link").innerHTML = page.getElementById("cart-link").innerHTML;
      const back = kept && document.getElementById(kept);
      (back || document.getElementById("undo") || cart.querySelector("h1")).focus();
      document.title = page.title;
      const total = document.getElementById("subtotal");
      say(cart.querySelector(".err, .empty p")?.textContent || `${cart.dataset.subtotal} ${total.textContent}`);
      lately();
    } catch {
      location.reload();
    }
  });
  /* What was typed is sent once the field is left, unless a button of the row sends it first. */
  cart?.addEventListener("change", (event) => {
    const { form: row, name } = event.target;
    if (name === "quantity") typed = setTimeout(() => row.requestSubmit(row.querySelector("button")), 200);
  });

  /* Where the cart is empty, what was looked at last: remembered by this browser alone. */
  const KEPT = `looked-at-${document.documentElement.lang}`;
  const remembered = () => { try { return JSON.parse(localStorage.getItem(KEPT)) ?? []; } catch { return []; } };
  if (buy) {
    const { pathname: url } = location, name = buy.querySelector("h1").textContent;
    const seen = { url, name, picture: document.querySelector(".main-picture img")?.getAttribute("src") };
    try { localStorage.setItem(KEPT, JSON.stringify([seen, ...remembered().filter((other) => other.url !== url)].slice(0, 4))); } catch { /* a private window keeps nothing */ }
  }
  function lately() {
    const box = document.getElementById("lately"), found = remembered().filter(({ url, picture }) => url && picture);
    if (!box || !found.length) return;
    box.hidden = false;
    box.querySelector("ul").replaceChildren(...found.map(({ url, name, picture }) => {
      const card = box.querySelector("template").content.cloneNode(true), link = card.querySelector("a");
      link.setAttribute("href", new URL(url, location.origin).pathname);
      link.textContent = name;
      card.querySelector("img").setAttribute("src", new URL(picture, location.origin).pathname);
      return card;
    }));
  }
  lately();
}
