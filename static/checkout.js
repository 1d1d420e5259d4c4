/* The checkout with a script: one press is one order, and a mended field loses its error at once (never before). */
{
  /* Wide screens always show the summary; browsers that cannot do so by style alone are helped here. */
  if (matchMedia("(min-width: 56rem)").matches) document.getElementById("order-summary").open = true;
  const form = document.querySelector("form[data-once]");
  const button = form?.querySelector("button.main");
  let words = button?.textContent;
  const PAUSE = 5000;

  const mended = {
    phone: (text) => text.normalize("NFKC").replace(/[\s().-]/g, "").replace(/^(\+|00)?86(?=\d{11}$)/, "").match(/^\d{11}$/),
    email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim()),
  };

  const rest = () => {
    button.removeAttribute("aria-busy");
    button.textContent = words;
  };

  form?.addEventListener("submit", (event) => {
    if (event.submitter?.name === "act") return;
    if (button.hasAttribute("aria-busy")) return event.preventDefault();
    button.setAttribute("aria-busy", "true");
    button.textContent = form.dataset.once;
    setTimeout(rest, PAUSE);
  });
  /* Back from the cashier the page may come out of the browser's memory, still busy. */
  addEventListener("pageshow", (event) => { if (event.persisted && button) rest(); });

  form?.addEventListener("input", ({ target }) => {
    if (!target.hasAttribute("aria-invalid")) return;
    const fits = mended[target.name] ?? ((text) => text.trim());
    if (!fits(target.type === "checkbox" ? String(target.checked || "") : target.value)) return;
    target.removeAttribute("aria-invalid");
    const field = target.closest(".field");
    field.classList.remove("bad");
    field.querySelector(".err")?.remove();
    const hint = document.getElementById(`${target.name}-hint`);
    hint ? target.setAttribute("aria-describedby", hint.id) : target.removeAttribute("aria-describedby");
  });

  /* What delivery costs depends on the province: the server reckons, the page shows it at once. */
  const province = form?.elements.province;
  const say = document.getElementById("say");
  const show = ({ shown, said, button: label, ...sums }) => {
    for (const [name, html] of Object.entries(sums)) {
      document.querySelectorAll(`[data-sum="${name}"]`).forEach((place) => { place.innerHTML = html; });
    }
    form.elements.shown.value = shown;
    words = label;
    if (!button.hasAttribute("aria-busy")) button.textContent = label;
    say.textContent = said;
  };
  const goesTo = () => form.querySelector("[name=address]:checked")?.dataset.province ?? province.value;
  const reckon = async () => {
    const asked = goesTo();
    try {
      const answer = await fetch(`${form.dataset.sums}?province=${encodeURIComponent(asked)}`);
      if (answer.status === 200 && goesTo() === asked) show(await answer.json());
    } catch { /* What was not told here is told after the press: nothing is ordered at a price not seen. */ }
  };
  if (form?.dataset.sums && button) {
    form.addEventListener("change", ({ target }) => { if (["province", "address"].includes(target.name)) reckon(); });
  }

  /* Enter in the coupon's field means the button beside it, not the order. */
  form?.elements.coupon?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    form.querySelector('button[value="coupon"]').click();
  });

  /* Cities of the chosen province to choose from; any other may be typed. */
  const city = form?.elements.city;
  let cities;
  const offer = async () => {
    cities ??= fetch(form.dataset.cities).then((answer) => answer.json());
    const names = (await cities.catch(() => ({})))[province.value] ?? [];
    const list = document.getElementById("cities");
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
    if (names.length === 1 && !city.value) city.value = names[0];
  };
  if (city) {
    city.setAttribute("list", "cities");
    city.after(Object.assign(document.createElement("datalist"), { id: "cities" }));
    province.addEventListener("change", offer);
    city.addEventListener("focus", () => { if (province.value) offer(); }, { once: true });
  }
}
