// Talks to the server. What goes wrong comes back as { status, ...answer }, never as an exception.
const token = () => document.querySelector("meta[name=csrf-token]").content;

async function read(answer) {
  const text = await answer.text();
  if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
    return { status: answer.status, ...JSON.parse(text) };
  }
  if (answer.ok) return { status: answer.status, html: text };
  // A refusal is a page of its own; its heading is the sentence to show.
  const heading = new DOMParser().parseFromString(text, "text/html").querySelector("h1");
  return { status: answer.status, error: heading?.textContent?.trim() ?? String(answer.status) };
}

export async function post(address, parameters, body, offline) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) url.searchParams.append(name, one);
  }
  const headers = { "X-CSRFToken": token() };
  if (typeof body === "string") headers["Content-Type"] = "application/xml";
  try {
    return await read(await fetch(url, { method: "POST", credentials: "same-origin", headers, body }));
  } catch (error) {
    console.info(error);
    return { status: 0, error: offline };
  }
}

// The same request again and again: while one is under way only the latest of the others waits.
export function latest(work) {
  let running = false, again = false;
  return async function run() {
    if (running) { again = true; return; }
    running = true;
    document.documentElement.toggleAttribute("data-studio-busy", true);
    do { again = false; await work(); } while (again);
    running = false;
    document.documentElement.toggleAttribute("data-studio-busy", false);
  };
}
