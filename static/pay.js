// Cashier and result page: waiting dialog, countdown, live status. Both pages work without this file.
const root = document.querySelector("[data-live]");
const words = root.dataset;
const dialog = document.querySelector("#wait");
const clock = document.querySelector("[role=timer]");
const say = document.querySelector("#say");
const channel = new BroadcastChannel(`order-${words.number}`);
const SLOWEST = 60000;
let status = words.status;
let delay = 2000;
let asking = false;
let failed = false;
let timer;

const waits = () => status === "awaiting" || status === "confirming";

function tell(text) {
  const line = document.querySelector("#wait-line");
  if (line && text) line.textContent = text;
  say.textContent = text;
}

async function ask(url, options) {
  const headers = { Accept: "application/json" };
  const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(20000), headers, ...options });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

async function learn(news) {
  delay = news.next_ms || delay;
  if (news.status === status) return;
  status = news.status;
  channel.postMessage(status);
  if (words.live === "result") await renew();
  else if (!waits()) location.replace(news.url);
  say.textContent = news.label;
}

// The result page shows its new state in place: focus, scroll and the live region stay.
async function renew() {
  const html = await (await fetch(location.href, { cache: "no-store" })).text();
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("[data-live]");
  Object.assign(words, fresh.dataset);
  root.replaceChildren(...fresh.childNodes);
  for (const button of root.querySelectorAll("[data-print]")) button.hidden = false;
  document.title = page.title;
}

function plan() {
  clearTimeout(timer);
  if (waits() && !document.hidden) timer = setTimeout(poll, delay);
}

async function poll() {
  clearTimeout(timer);
  if (asking || !waits()) return;
  asking = true;
  try {
    await learn(await ask(words.statusUrl));
    if (failed) tell(words.waiting);
    failed = false;
  } catch {
    failed = true;
    delay = Math.min(delay * 2, SLOWEST);
    tell(words.retrying);
  }
  asking = false;
  plan();
}

async function check(form) {
  const button = form.querySelector("button");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const news = await ask(form.action, { method: "POST", body: new FormData(form) });
    await learn(news);
    if (waits()) tell(news.message);
  } catch {
    tell(words.retrying);
  }
  button.ariaBusy = "false";
  plan();
}

// A live region outside a modal dialog is mute, so it moves along.
function wait() {
  if (dialog.open) return;
  dialog.append(say);
  dialog.showModal();
  delay = 2000;
  plan();
}

function count() {
  const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
  clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (clock.dataset[`say-${left}`]) say.textContent = clock.dataset[`say-${left}`];
  if (left) return;
  clearInterval(ticking);
  poll().then(() => waits() && !dialog.open && location.reload());
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // The dialog opens within the click that opens the gateway's page: a page opened later would be blocked.
  if (form.id === "pay" && (event.submitter?.formTarget || form.target) === "_blank") wait();
  if (form.id !== "check") return;
  event.preventDefault();
  check(form);
});
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : poll()));
for (const type of ["focus", "online"]) addEventListener(type, poll);
channel.onmessage = poll;
dialog?.addEventListener("close", () => document.body.append(say));

const end = Date.now() + (clock ? clock.dataset.deadline - clock.dataset.now : 0);
const ticking = clock && setInterval(count, 1000);
channel.postMessage(status);
plan();
